// A confusion matrix as a heat map, with precision and recall per class.

import { percent } from '../format.ts';
import { Card } from '../parts/card.tsx';
import { Scroll } from '../parts/scroll.tsx';

const ratio = (part: number, whole: number) => (whole === 0 ? '–' : percent(part / whole));

export function Confusion(props: { matrix: number[][]; labels: readonly string[] | null; rows: string }) {
  const { matrix, labels, rows } = props;
  const name = (index: number) => labels?.[index] ?? String(index);
  const sums = matrix.map((row) => row.reduce((sum, n) => sum + n, 0));
  const columns = matrix.map((_, j) => matrix.reduce((sum, row) => sum + row[j]!, 0));
  return (
    <Card title="Confusion matrix" actions={<span class="muted small">{rows}, in samples</span>}>
      <Scroll name="Confusion matrix">
        <table class="heat">
          <thead>
            <tr>
              <th>Actual \ predicted</th>
              {matrix.map((_, j) => (
                <th key={name(j)} scope="col">
                  {name(j)}
                </th>
              ))}
              <th scope="col">Recall</th>
            </tr>
          </thead>
          <tbody>
            {matrix.map((row, i) => (
              <tr key={name(i)}>
                <th scope="row">{name(i)}</th>
                {row.map((n, j) => (
                  <td key={name(j)} style={shade(n / (sums[i] || 1), i === j)}>
                    {n}
                  </td>
                ))}
                <td class="muted nowrap">{ratio(row[i]!, sums[i]!)}</td>
              </tr>
            ))}
            <tr>
              <th scope="row">Precision</th>
              {matrix.map((row, j) => (
                <td key={name(j)} class="muted nowrap">
                  {ratio(row[j]!, columns[j]!)}
                </td>
              ))}
              <td />
            </tr>
          </tbody>
        </table>
      </Scroll>
    </Card>
  );
}

/** Correct predictions in the first color, wrong ones in the second; the text stays readable on both. */
function shade(share: number, right: boolean) {
  const strength = Math.round(Math.sqrt(share) * (right ? 45 : 60));
  const background = `color-mix(in srgb, var(--${right ? 'series-1' : 'series-2'}) ${strength}%, var(--sunken))`;
  return { background, color: 'var(--text)', fontWeight: right ? 600 : 400 };
}
