// What went wrong, in the service's words, with everything it found.

import { ApiError } from '#client/client.ts';

const SHOWN = 12;

export function Failure({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  const message = error instanceof Error ? error.message : String(error);
  const details = error instanceof ApiError ? error.details : [];
  return (
    <div class="notice bad" role="alert">
      {details.length === 0 && message}
      {details.length > 0 && (
        <>
          {details.length === 1 ? 'One thing is wrong:' : `${details.length} things are wrong:`}
          <ul>
            {details.slice(0, SHOWN).map((detail) => (
              <li key={detail.param + detail.message}>
                {detail.param.startsWith('rows[') ? detail.message : `${detail.param}: ${detail.message}`}
              </li>
            ))}
            {details.length > SHOWN && <li>… and {details.length - SHOWN} more</li>}
          </ul>
        </>
      )}
    </div>
  );
}
