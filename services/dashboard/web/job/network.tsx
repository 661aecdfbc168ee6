// The network as a table: every layer with its output shape and parameter count, and the model as torch prints it.

import type { ModelReport } from '#contracts/training/model.ts';
import { compact, count, shape } from '../format.ts';
import { Card } from '../parts/card.tsx';
import { ScrollText } from '../parts/scroll.tsx';

export function Network({ report }: { report: ModelReport | null }) {
  if (report === null) return null;
  return (
    <Card title="Network" actions={<span class="muted small">{count(report.parameters)} parameters</span>}>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>Layer</th>
              <th class="num">Output</th>
              <th class="num">Parameters</th>
            </tr>
          </thead>
          <tbody>
            {report.layers.map((layer) => (
              <tr key={layer.name}>
                <td>
                  {layer.type} {/^\d+$/.test(layer.name) ? '' : <span class="muted small">{layer.name}</span>}
                </td>
                <td class="num nowrap">{shape(layer.output_shape)}</td>
                <td class="num">{layer.parameters === 0 ? '–' : compact(layer.parameters)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <details>
        <summary class="small">As torch prints it</summary>
        <ScrollText style={{ marginTop: '10px' }}>{report.summary}</ScrollText>
      </details>
    </Card>
  );
}
