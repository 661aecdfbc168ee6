// The network as a list of layers, each with its arguments, output shape, parameter count and errors.

import type { CatalogEntry } from '#contracts/catalog.ts';
import type { Detail } from '#contracts/errors.ts';
import type { ModelReport } from '#contracts/training/model.ts';
import { compact, shape } from '../format.ts';
import { type Component, problemAt } from './draft.ts';
import { type Schema, SchemaForm } from './schema-form.tsx';

interface Props {
  layers: readonly Component[];
  catalog: readonly CatalogEntry[];
  report: ModelReport | null;
  details: readonly Detail[];
  onChange(layers: Component[]): void;
}

const START: Readonly<Record<string, Component>> = {
  Linear: { type: 'Linear', out_features: 32 },
  Conv2d: { type: 'Conv2d', out_channels: 8, kernel_size: 3, padding: 1 },
  MaxPool2d: { type: 'MaxPool2d', kernel_size: 2 },
  LSTM: { type: 'LSTM', hidden_size: 32 },
  GRU: { type: 'GRU', hidden_size: 32 },
};

export function Layers({ layers, catalog, report, details, onChange }: Props) {
  const set = (index: number, layer: Component) => onChange(layers.with(index, layer));
  const move = (index: number, by: number) => {
    const rest = layers.toSpliced(index, 1);
    onChange(rest.toSpliced(index + by, 0, layers[index]!));
  };
  return (
    <div class="stack" style={{ gap: '8px' }}>
      {layers.map((layer, index) => {
        const path = `model.layers[${index}]`;
        const entry = catalog.find(({ type }) => type === layer.type);
        const problem = problemAt(details, path, true);
        const done = report?.layers[index];
        const known = Object.keys((entry?.schema as Schema | undefined)?.properties ?? {});
        const own = known.some((name) => problemAt(details, `${path}.${name}`, true) !== undefined);
        return (
          <div key={index} class={problem === undefined ? 'layer' : 'layer has-problem'}>
            <div class="layer-head">
              <span class="muted numbers small">{index + 1}</span>
              <select
                aria-label={`Type of layer ${index + 1}`}
                value={layer.type}
                style={{ width: 'auto', maxWidth: '190px' }}
                title={entry?.help}
                onChange={(event) => {
                  const type = event.currentTarget.value;
                  set(index, { ...(START[type] ?? { type }) });
                }}
              >
                {entry === undefined && <option value={layer.type}>{layer.type}</option>}
                {catalog.map(({ type }) => (
                  <option key={type} value={type}>
                    {type}
                  </option>
                ))}
              </select>
              <span class="shape small muted numbers nowrap">
                {done !== undefined &&
                  `→ ${shape(done.output_shape)}${done.parameters > 0 ? ` · ${compact(done.parameters)}` : ''}`}
              </span>
              <span class="row" style={{ gap: '0' }}>
                <button
                  type="button"
                  class="quiet icon"
                  aria-label={`Move layer ${index + 1} up`}
                  disabled={index === 0}
                  onClick={() => move(index, -1)}
                >
                  ↑
                </button>
                <button
                  type="button"
                  class="quiet icon"
                  aria-label={`Move layer ${index + 1} down`}
                  disabled={index === layers.length - 1}
                  onClick={() => move(index, 1)}
                >
                  ↓
                </button>
                <button
                  type="button"
                  class="quiet icon danger"
                  aria-label={`Remove layer ${index + 1}`}
                  disabled={layers.length === 1}
                  onClick={() => onChange(layers.toSpliced(index, 1))}
                >
                  ✕
                </button>
              </span>
            </div>
            {entry !== undefined && (
              <SchemaForm
                value={layer}
                schema={entry.schema as Schema}
                path={path}
                details={details}
                onChange={(changed) => set(index, changed)}
              />
            )}
            {problem !== undefined && !own && (
              <div class="problem" role="alert">
                {problem}
              </div>
            )}
          </div>
        );
      })}
      <div class="row">
        <button
          type="button"
          onClick={() => onChange([...layers.slice(0, -1), { ...START.Linear! }, ...layers.slice(-1)])}
        >
          Add a layer
        </button>
        {report !== null && (
          <span class="muted small">
            {compact(report.parameters)} parameters, output {shape(report.output_shape)}
          </span>
        )}
      </div>
    </div>
  );
}
