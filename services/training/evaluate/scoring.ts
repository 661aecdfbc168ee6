// Loss and metrics over existing outputs, as a program: the same graphs that measure an epoch.

import type { Backend } from '#engine/backends/backend.ts';
import { type EntryBuilder, ProgramBuilder } from '#engine/program.ts';
import type { Tensor } from '#engine/tensor.ts';
import { type Loss, targetTypeOf } from '../losses/loss.ts';
import type { Metric } from '../metrics/metric.ts';
import type { Named } from '../model/component.ts';
import { declareLoss, lossOf, writeLoss } from '../model/objective.ts';
import { type Shape, sizeOf } from '../model/shape.ts';
import { accumulate } from '../run/pass.ts';
import { CENTER, UNIT } from '../run/step.ts';

export interface Scored {
  readonly loss: Named<Loss>;
  readonly metrics: readonly Metric[];
  readonly output: Shape;
  readonly target: Shape;
  /** The mean target, per number of a target. */
  readonly center: Float32Array;
  /** What 1.0 in outputs and targets is in the data's units; null if they are in those already. */
  readonly unit: Float32Array | null;
}

export interface Scoring {
  /** Adds at most `block` rows: [rows, …output] and [rows, …target]. */
  add(outputs: Float32Array, targets: ArrayLike<number>): Promise<void>;
  /** By name, the loss first. */
  values(): Record<string, number>;
  dispose(): void;
}

/**
 * @param rows in total, over all blocks
 * @param block rows per block; the last one may be shorter
 */
export async function openScoring(
  scored: Scored,
  rows: number,
  block: number,
  backend: Backend,
): Promise<Scoring> {
  const { loss, metrics, output, target, center, unit } = scored;
  const targetType = targetTypeOf(loss.definition, output, target);
  const program = new ProgramBuilder({ maxSteps: 1 });
  program.dataset('outputs', [block, ...output], 'f32');
  program.dataset('targets', [block, ...target], targetType);
  declareLoss(program, loss);
  if (metrics.some(({ centered }) => centered)) program.state(CENTER, [center.length]);
  const scaled = unit !== null && metrics.some(({ inUnits }) => inUnits);
  if (scaled) program.state(UNIT, [unit.length]);
  const sizes = new Map<string, number>();
  const measure = (entry: EntryBuilder) => {
    const [outputs, targets] = [entry.batch('outputs'), entry.batch('targets')];
    entry.record('loss', lossOf(entry, loss, outputs, targets));
    const made = new Map<Metric['record'], Tensor>();
    for (const { name, record } of metrics) {
      const unitOf = () => (scaled ? entry.state(UNIT) : null);
      const batch = { output: outputs, targets, loss, center: () => entry.state(CENTER), unit: unitOf };
      const value = made.get(record) ?? record(batch);
      made.set(record, value);
      entry.record(name, value);
      sizes.set(name, sizeOf(value.shape));
    }
  };
  const tail = rows % block;
  if (rows >= block) program.entry('block', block, measure);
  if (tail > 0) program.entry('tail', tail, measure);
  const executable = await backend.compile(program.build());
  writeLoss(executable, loss);
  if (metrics.some(({ centered }) => centered)) executable.write(CENTER, center);
  if (scaled) executable.write(UNIT, unit);
  executable.writeOrder(Int32Array.from({ length: block }, (_, i) => i));
  const sums: number[] = [];
  const ofType = targetType === 'i32' ? Int32Array : Float32Array;
  return {
    async add(outputs, targets) {
      executable.write('outputs', outputs);
      executable.write('targets', ofType.from(targets));
      const count = outputs.length / sizeOf(output);
      const options = { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) };
      accumulate(sums, await executable.run(count === block ? 'block' : 'tail', options), 1, count);
    },
    values() {
      const values: Record<string, number> = { loss: sums[0]! / rows };
      let offset = 1;
      for (const { name, finish } of metrics) {
        const size = sizes.get(name)!;
        values[name] = finish(sums.slice(offset, offset + size)) as number;
        offset += size;
      }
      return values;
    },
    dispose: () => executable.dispose(),
  };
}
