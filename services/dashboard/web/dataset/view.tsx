// One dataset: what it holds, its columns, its first rows, and what learned from it.

import type { Dataset, Preview } from '#contracts/dataset.ts';
import { client } from '../api.ts';
import { bytes, count, measure, percent, shape } from '../format.ts';
import { useLoad } from '../load.ts';
import { ask, tell } from '../parts/ask.tsx';
import { Card, Stat } from '../parts/card.tsx';
import { Failure } from '../parts/errors.tsx';
import { Meter } from '../parts/meter.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { Status } from '../parts/status.tsx';
import { Warnings } from '../parts/warnings.tsx';
import { go } from '../router.ts';
import { Images } from './images.tsx';
import { statisticsOf } from './statistics.ts';

const ROWS = 12;
const COLUMNS = 30;

export function DatasetView({ id }: { id: string }) {
  const { value: dataset, error } = useLoad((signal) => client.datasets.get(id, signal), [id]);
  const preview = useLoad((signal) => client.datasets.preview(id, signal), [id]);
  const users = useLoad(
    async (signal) =>
      (await client.jobs.list({ limit: 100 }, signal)).data.filter((job) => job.dataset === id),
    [id],
  );
  if (dataset === null) return error === null ? <p class="muted">Loading …</p> : <Failure error={error} />;
  const remove = async () => {
    const text = 'Jobs that learned from it keep their weights.';
    if (!(await ask({ title: 'Delete this dataset?', text, action: 'Delete it' }))) return;
    try {
      await client.datasets.delete(id);
      tell('The dataset was deleted');
      go('/datasets');
    } catch (failure) {
      tell((failure as Error).message);
    }
  };
  const { target } = dataset;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>{dataset.name ?? dataset.id}</h1>
          <span class="muted small mono">{dataset.id}</span>
        </div>
        <div class="row">
          <a class="button primary" href={`#/new?dataset=${id}`}>
            Train on it
          </a>
          <button type="button" class="danger" onClick={remove}>
            Delete
          </button>
        </div>
      </div>
      <Warnings warnings={dataset.warnings ?? []} />
      <dl class="stats" style={{ margin: 0 }}>
        <Stat
          name="Samples"
          value={count(dataset.samples)}
          under={dataset.split && `${count(dataset.split.train)} of them to learn from`}
        />
        <Stat name="Input" value={shape(dataset.input_shape)} under={dataset.input_dtype} />
        <Stat
          name="Target"
          value={target.name ?? 'targets'}
          under={target.labels === null ? shape(target.shape) : `${target.labels.length} classes`}
        />
        <Stat name="Stored" value={bytes(dataset.bytes)} />
      </dl>
      <Failure error={preview.error} />
      {preview.value !== null && <Columns dataset={dataset} preview={preview.value} />}
      <div class="halves">
        {users.value !== null && users.value.length > 0 && (
          <Card title="Jobs trained on it">
            <ul class="plain">
              {users.value.map((job) => (
                <li key={job.id} class="row">
                  <a href={`#/jobs/${job.id}`}>{job.name ?? job.id}</a> <Status job={job} />
                </li>
              ))}
            </ul>
          </Card>
        )}
      </div>
    </>
  );
}

function Columns({ dataset, preview }: { dataset: Dataset; preview: Preview }) {
  const { features, target } = dataset;
  if (features === null) return <Arrays dataset={dataset} preview={preview} />;
  const shownColumns = preview.columns.slice(0, COLUMNS);
  const cells = (index: number) =>
    preview.rows.map((row) => row[index]).filter((cell) => !Array.isArray(cell)) as (string | number)[];
  return (
    <>
      <Card
        title="Columns"
        actions={<span class="muted small">of the first {count(preview.rows.length)} rows</span>}
      >
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>Column</th>
                <th>Distribution</th>
                <th class="num">Min</th>
                <th class="num">Mean</th>
                <th class="num">Max</th>
                <th class="num">Std</th>
              </tr>
            </thead>
            <tbody>
              {shownColumns.map((name, index) => {
                const stats = statisticsOf(cells(index));
                return (
                  <tr key={name}>
                    <td>
                      {name} {name === target.name && <span class="pill good">target</span>}
                    </td>
                    <td style={{ minWidth: '150px' }}>
                      {stats?.kind === 'numbers' ? (
                        <Histogram bins={stats.bins} name={name} />
                      ) : (
                        <span class="muted small">{stats?.counts.length} values</span>
                      )}
                    </td>
                    {stats?.kind === 'numbers' ? (
                      [stats.min, stats.mean, stats.max, stats.std].map((value, i) => (
                        <td key={i} class="num">
                          {measure(value)}
                        </td>
                      ))
                    ) : (
                      <td colSpan={4} />
                    )}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </Card>
      <Balance values={cells(preview.columns.indexOf(target.name ?? ''))} kind={target.kind} />
      <Rows columns={shownColumns} rows={preview.rows} />
    </>
  );
}

function Histogram({ bins, name }: { bins: readonly number[]; name: string }) {
  const most = Math.max(...bins);
  return (
    <div class="histogram" role="img" aria-label={`Distribution of ${name}`}>
      {bins.map((n, i) => (
        <i key={i} style={{ height: `${(100 * n) / most}%` }} />
      ))}
    </div>
  );
}

function Balance({ values, kind }: { values: readonly (string | number)[]; kind: string }) {
  const groups = [...Map.groupBy(values, String)].sort((a, b) => b[1].length - a[1].length);
  if (kind !== 'classes' || groups.length > 40) return null;
  return (
    <Card title="Class balance" actions={<span class="muted small">of the rows shown</span>}>
      {groups.map(([name, { length }]) => (
        <Meter
          key={name}
          name={name}
          share={length / groups[0]![1].length}
          value={percent(length / values.length)}
        />
      ))}
    </Card>
  );
}

function Rows({ columns, rows }: { columns: readonly string[]; rows: Preview['rows'] }) {
  return (
    <Card title="First rows">
      <Scroll name="First rows">
        <table>
          <thead>
            <tr>
              {columns.map((name) => (
                <th key={name}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROWS).map((row, i) => (
              <tr key={i}>
                {row.slice(0, columns.length).map((cell, j) => (
                  <td key={j} class="numbers nowrap">
                    {Array.isArray(cell) ? JSON.stringify(cell).slice(0, 80) : cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  );
}

function Arrays({ dataset, preview }: { dataset: Dataset; preview: Preview }) {
  const targets = preview.rows.map((row) => row[1]).filter((cell) => !Array.isArray(cell)) as number[];
  const { target } = dataset;
  const classes = target.integral && target.shape.length === 0 && (target.max ?? 0) < 40;
  return (
    <>
      <Images dataset={dataset} preview={preview} />
      {classes && <Balance values={targets} kind="classes" />}
      {dataset.input_shape.length < 2 && <Rows columns={preview.columns} rows={preview.rows} />}
    </>
  );
}
