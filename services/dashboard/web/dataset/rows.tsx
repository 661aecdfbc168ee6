// The first rows of a dataset, as uploaded.

import type { Preview } from '#contracts/datasets/dataset.ts';
import { Card } from '../parts/card.tsx';
import { Scroll } from '../parts/scroll.tsx';

const ROWS = 12;
const COLUMNS = 30;

export function Rows({ preview: { columns, rows } }: { preview: Preview }) {
  return (
    <Card title="First rows">
      <Scroll name="First rows">
        <table>
          <thead>
            <tr>
              {columns.slice(0, COLUMNS).map((name) => (
                <th key={name}>{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROWS).map((row, i) => (
              <tr key={i}>
                {row.slice(0, COLUMNS).map((cell, j) => (
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
