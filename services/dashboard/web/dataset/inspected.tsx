// A file inspected before upload: its detected format, what each column would become, and every problem found. The user can override a
// column's inferred type.

import type { Inspection } from '#contracts/datasets/inspection.ts';
import { count } from '../format.ts';
import { Problems } from '../parts/errors.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { Warnings } from '../parts/warnings.tsx';
import { Distribution } from './columns.tsx';

/** `ordinal` is missing because it needs an order, which only the API accepts: docs/data.md. */
const TYPES = ['number', 'boolean', 'category', 'datetime', 'ignore'] as const;

const SHOWN = 50;

interface Props {
  inspection: Inspection;
  /** Column names from the file's header, without the target and the split. */
  columns: readonly string[];
  types: Readonly<Record<string, string>>;
  onTypes(types: Record<string, string>): void;
}

export function InspectedFile({ inspection, columns, types, onTypes }: Props) {
  const { dialect, dataset, stats, problems } = inspection;
  const set = (name: string, type: string) => {
    const { [name]: _, ...rest } = types;
    onTypes(type === '' ? rest : { ...rest, [name]: type });
  };
  return (
    <>
      {dialect !== null && (
        <p class="muted small">
          {dialect.encoding}, columns separated by “{dialect.delimiter === '\t' ? 'tab' : dialect.delimiter}”,
          decimals with “{dialect.decimal}”
          {dataset !== null && `: ${count(dataset.samples)} rows, ${dataset.input_shape.join(' × ')} inputs`}
        </p>
      )}
      <Problems details={problems} />
      <Warnings warnings={stats?.warnings ?? []} />
      <Scroll name="Columns of the file">
        <table>
          <thead>
            <tr>
              <th>Column</th>
              <th>Holds</th>
              <th>Distribution</th>
              <th class="num">Missing</th>
            </tr>
          </thead>
          <tbody>
            {columns.slice(0, SHOWN).map((name) => {
              const found = stats?.columns.find((column) => column.name === name);
              return (
                <tr key={name}>
                  <td class="nowrap">{name}</td>
                  <td>
                    <select
                      aria-label={`Contents of ${name}`}
                      style={{ width: 'auto' }}
                      value={types[name] ?? ''}
                      onChange={(event) => set(name, event.currentTarget.value)}
                    >
                      <option value="">
                        auto{found !== undefined && types[name] === undefined && ` (${found.type})`}
                      </option>
                      {TYPES.map((type) => (
                        <option key={type} value={type}>
                          {type}
                        </option>
                      ))}
                    </select>
                  </td>
                  <td style={{ minWidth: '150px' }}>
                    {found !== undefined && <Distribution column={found} samples={dataset?.samples ?? 1} />}
                  </td>
                  <td class="num">
                    {found === undefined || found.missing === 0 ? '–' : count(found.missing)}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </Scroll>
      {columns.length > SHOWN && <p class="muted small">and {count(columns.length - SHOWN)} more columns</p>}
    </>
  );
}
