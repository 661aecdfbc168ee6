// A dataset's columns as a table, with statistics over all rows.

import { useState } from 'preact/hooks';
import type { ColumnStats, DatasetStats } from '#contracts/datasets/dataset-stats.ts';
import { count, measure, percent } from '../format.ts';
import { Card } from '../parts/card.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { Histogram } from './histogram.tsx';

const SHOWN = 30;
const COMMON = 3;

export function Columns({ stats }: { stats: DatasetStats }) {
  const [all, setAll] = useState(false);
  const { columns, columns_omitted: omitted, target, samples } = stats;
  const shown = all ? columns : columns.slice(0, SHOWN);
  const hidden = columns.length - shown.length;
  if (columns.length === 0 && target === null) return null;
  return (
    <Card title="Columns" actions={<span class="muted small">of all {count(samples)} rows</span>}>
      <Scroll name="Columns">
        <table>
          <thead>
            <tr>
              <th>Column</th>
              <th>Distribution</th>
              <th class="num">Missing</th>
              <th class="num">Distinct</th>
              <th class="num">Min</th>
              <th class="num">25 %</th>
              <th class="num">Median</th>
              <th class="num">75 %</th>
              <th class="num">Max</th>
              <th class="num">Mean</th>
              <th class="num">Std</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((column) => (
              <Row key={column.name} column={column} samples={samples} />
            ))}
            {target !== null && <Row column={target} samples={samples} isTarget />}
          </tbody>
        </table>
      </Scroll>
      {hidden > 0 && (
        <div class="row">
          <button type="button" onClick={() => setAll(true)}>
            {count(hidden)} more columns
          </button>
        </div>
      )}
      {omitted > 0 && <p class="muted small">{count(omitted)} more columns are not shown.</p>}
    </Card>
  );
}

function Row(props: { column: ColumnStats; samples: number; isTarget?: boolean }) {
  const { column, samples, isTarget } = props;
  const { type, missing, distinct, min, max, mean, std, quartiles } = column;
  const name = column.name ?? 'targets';
  const figures = [min, ...(quartiles ?? [null, null, null]), max, mean, std];
  return (
    <tr>
      <td class="nowrap">
        {name} {isTarget && <span class="pill good">target</span>}
        {type !== 'number' && <span class="pill">{type === 'ignore' ? 'left out' : type}</span>}
      </td>
      <td style={{ minWidth: '150px' }}>
        <Distribution column={column} samples={samples} />
      </td>
      <td class="num nowrap" title={missing > 0 ? percent(missing / samples) : undefined}>
        {missing === 0 ? '–' : count(missing)}
      </td>
      <td class="num">{distinct === null ? '–' : count(distinct)}</td>
      {column.histogram !== null ? (
        figures.map((value, i) => (
          <td key={i} class="num">
            {measure(value ?? undefined)}
          </td>
        ))
      ) : (
        <td colSpan={figures.length} />
      )}
    </tr>
  );
}

export function Distribution({ column, samples }: { column: ColumnStats; samples: number }) {
  if (column.histogram === null) return <span class="muted small">{commonest(column, samples)}</span>;
  return <Histogram histogram={column.histogram} name={column.name ?? 'targets'} />;
}

/** Adelie 44.2 %, Gentoo 36.0 %, … */
function commonest({ frequent, distinct }: ColumnStats, samples: number): string {
  const first = frequent
    .slice(0, COMMON)
    .map(({ value, count: n }) => `${said(value)} ${percent(n / samples)}`);
  return [...first, ...((distinct ?? 0) > COMMON ? ['…'] : [])].join(', ');
}

const said = (value: string | number) => (value === '' ? '(empty)' : String(value));
