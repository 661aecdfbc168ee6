// A small classifier as a program: two layers, cross-entropy, Adam, dropout, a full and a short batch. The suites of this folder run it
// when single ops are not enough.

import { gradients } from '#engine/autograd.ts';
import type { Executable } from '#engine/backends/backend.ts';
import * as F from '#engine/functions.ts';
import { layoutParameters, parameterView } from '#engine/parameters.ts';
import { type EntryBuilder, type Program, ProgramBuilder } from '#engine/program.ts';
import { permutation, uniforms } from '#engine/random.ts';
import type { Tensor } from '#engine/tensor.ts';

export const ROWS = 43;
export const FEATURES = 5;
export const CLASSES = 3;
export const BATCH = 8;
const HIDDEN = 13;

const layout = layoutParameters([
  { key: 'hidden.weight', shape: [HIDDEN, FEATURES] },
  { key: 'hidden.bias', shape: [HIDDEN] },
  { key: 'out.weight', shape: [CLASSES, HIDDEN] },
  { key: 'out.bias', shape: [CLASSES] },
]);

function train(entry: EntryBuilder, batch: number): void {
  const { graph } = entry;
  const theta = entry.state('theta');
  const parameters = layout.slots.map((slot) => parameterView(theta, slot));
  const [w1, b1, w2, b2] = parameters as [Tensor, Tensor, Tensor, Tensor];
  const hidden = F.relu(F.add(F.matmul(entry.batch('x'), F.transpose(w1)), b1));
  const kept = F.greater(F.uniform(graph, hidden.shape, 0), F.constant(graph, 0.25));
  const logits = F.add(F.matmul(F.scale(F.mul(hidden, kept), 1 / 0.75), F.transpose(w2)), b2);
  const targets = F.reshape(entry.batch('t'), [batch, 1]);
  const hot = F.equal(F.iota(graph, [batch, CLASSES], 1), targets);
  const loss = F.scale(F.sum(F.where(hot, F.logSoftmax(logits), F.constant(graph, 0))), -1 / batch);
  entry.record('loss', loss);
  const gradient = F.pack(
    gradients(loss, parameters),
    layout.slots.map((slot) => slot.offset),
    layout.size,
  );
  const m = F.add(F.scale(entry.state('m'), 0.9), F.scale(gradient, 0.1));
  const v = F.add(F.scale(entry.state('v'), 0.999), F.scale(F.mul(gradient, gradient), 0.001));
  const change = F.div(F.mul(m, entry.scalar('lr')), F.shift(F.sqrt(v), 1e-3));
  entry.assign('theta', F.sub(theta, change));
  entry.assign('m', m);
  entry.assign('v', v);
}

export function classifier(): Program {
  const program = new ProgramBuilder({ seed: 11 });
  for (const state of ['theta', 'm', 'v']) program.state(state, [layout.size]);
  program.dataset('x', [ROWS, FEATURES]).dataset('t', [ROWS], 'i32').scalars(['lr']);
  program.entry('train', BATCH, (entry) => train(entry, BATCH));
  program.entry('tail', ROWS % BATCH, (entry) => train(entry, ROWS % BATCH));
  return program.build();
}

export function fill(exe: Executable): void {
  exe.write(
    'theta',
    Float32Array.from(uniforms(1, 1, layout.size), (u) => u - 0.5),
  );
  exe.write(
    'x',
    Float32Array.from(uniforms(1, 2, ROWS * FEATURES), (u) => 4 * u - 2),
  );
  exe.write(
    't',
    Int32Array.from(uniforms(1, 3, ROWS), (u) => Math.floor(u * CLASSES)),
  );
}

/** Trains for `count` epochs, with at most `chunk` steps per call. @returns the loss of every step */
export async function epochs(exe: Executable, count: number, chunk: number): Promise<number[]> {
  const losses: number[] = [];
  const full = Math.floor(ROWS / BATCH);
  for (let epoch = 0; epoch < count; epoch++) {
    exe.writeOrder(permutation(5, 0, epoch, ROWS));
    for (let done = 0; done < full; ) {
      const steps = Math.min(chunk, full - done);
      const scalars = new Float32Array(steps).fill(0.01);
      losses.push(
        ...(await exe.run('train', { steps, cursor: done * BATCH, counter: losses.length, scalars })),
      );
      done += steps;
    }
    const tail = { steps: 1, cursor: full * BATCH, counter: losses.length, scalars: Float32Array.of(0.01) };
    losses.push(...(await exe.run('tail', tail)));
  }
  return losses;
}
