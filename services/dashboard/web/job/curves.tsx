// The curves of one job: losses, other metrics, learning rate and throughput.

import { useState } from 'preact/hooks';
import { label } from '../format.ts';
import type { History } from '../history.ts';
import { Card } from '../parts/card.tsx';
import { Chart, type Curve, seriesColour } from '../parts/chart.tsx';
import { Check, Segmented } from '../parts/field.tsx';
import { smooth } from './smooth.ts';

/** loss → [train_loss, val_loss]: a metric's training and validation values share a chart. */
export function groupsOf(names: Iterable<string>): Map<string, string[]> {
  return Map.groupBy([...names].sort(), (name) => name.replace(/^(train|val|test)_/, ''));
}

export function Curves({ history }: { history: History }) {
  const [axis, setAxis] = useState<'epoch' | 'time'>('epoch');
  const [log, setLog] = useState(false);
  const [weight, setWeight] = useState(0);
  const x = axis === 'epoch' ? history.epochs : history.seconds;
  const xName = axis === 'epoch' ? 'Epoch' : 'Seconds';
  const groups = [...groupsOf(history.values.keys())].sort(([a], [b]) =>
    a === 'loss' ? -1 : b === 'loss' ? 1 : a.localeCompare(b),
  );

  const curvesOf = (names: readonly string[]): Curve[] =>
    names.flatMap((name) => {
      const values = history.values.get(name)!;
      const base = {
        name: label(name),
        colour: seriesColour(name.startsWith('val_') ? 1 : 0),
        dashed: false,
      };
      if (weight === 0) return [{ ...base, values }];
      return [
        { ...base, name: `${base.name} (raw)`, values, pale: true },
        { ...base, values: smooth(values, weight) },
      ];
    });

  return (
    <>
      <div class="row spread">
        <div class="row">
          <Segmented
            name="Horizontal axis"
            value={axis}
            options={[
              ['epoch', 'Epoch'],
              ['time', 'Time'],
            ]}
            onChange={(value) => setAxis(value)}
          />
          <Check label="Log scale" checked={log} onChange={setLog} />
        </div>
        <label class="check small">
          Smoothing
          <input
            type="range"
            min="0"
            max="0.98"
            step="0.02"
            value={weight}
            onInput={(event) => setWeight(Number(event.currentTarget.value))}
          />
        </label>
      </div>
      {groups.map(([name, names]) => (
        <Card key={name} title={label(name)}>
          <Chart
            title={label(name)}
            xName={xName}
            x={x}
            curves={curvesOf(names)}
            log={log && name === 'loss'}
            height={name === 'loss' ? 280 : 200}
          />
        </Card>
      ))}
      <Card title="Learning rate and throughput">
        <Chart
          title="Learning rate"
          xName={xName}
          x={x}
          curves={[{ name: 'Learning rate', values: history.learningRate, colour: 'series-3' }]}
          height={150}
        />
        <Chart
          title="Samples per second"
          xName={xName}
          x={x}
          curves={[{ name: 'Samples/s', values: history.samplesPerSecond, colour: 'series-6' }]}
          height={150}
        />
      </Card>
    </>
  );
}
