// Metrics measured besides the loss; if the request names none, the service's defaults are shown.

import type { CatalogEntry } from '#contracts/catalog.ts';
import type { Detail } from '#contracts/errors.ts';
import { Check } from '../parts/field.tsx';
import { problemAt } from './draft.ts';

export function Metrics(props: {
  value: readonly string[] | undefined;
  usual: readonly string[];
  entries: readonly CatalogEntry[];
  details: readonly Detail[];
  onChange(metrics: string[]): void;
}) {
  const { value, usual, entries, details, onChange } = props;
  const chosen = value ?? usual;
  const problem = problemAt(details, 'training.metrics', true);
  return (
    <fieldset class="plain">
      <legend class="label">Metrics</legend>
      <div class="row" style={{ gap: '2px 16px' }}>
        {entries.map(({ type, help }) => (
          <span key={type} title={help}>
            <Check
              label={type.replaceAll('_', ' ')}
              checked={chosen.includes(type)}
              onChange={(on) => onChange(on ? [...chosen, type] : chosen.filter((it) => it !== type))}
            />
          </span>
        ))}
      </div>
      {problem !== undefined && <div class="problem">{problem}</div>}
    </fieldset>
  );
}
