// Warnings from the service: valid input that is probably a mistake.

import type { Warning } from '#contracts/warnings.ts';

export function Warnings({ warnings }: { warnings: readonly Warning[] }) {
  if (warnings.length === 0) return null;
  return (
    <div class="notice warn" role="status">
      <ul>
        {warnings.map(({ code, param, message }) => (
          <li key={`${code} ${param}`}>{message}</li>
        ))}
      </ul>
    </div>
  );
}
