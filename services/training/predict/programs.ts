// The network compiled for a few batch sizes, each on first use: one row should not cost a batch of 32, and a thousand rows should not be
// a thousand runs. A row's output does not depend on the batch size: each program is compared with the base one on probe rows, and
// discarded if any bit differs.

import { setImmediate as turn } from 'node:timers/promises';
import type { Backend, Executable, Numbers } from '#engine/backends/backend.ts';
import { uniforms } from '#engine/random.ts';
import type { Model } from '../model/model.ts';
import type { NetworkLayout } from '../model/network.ts';
import { sizeOf } from '../model/shape.ts';
import { predictProgram } from '../run/step.ts';

/** The batch size that is always compiled. */
const BASE = 8;
const OTHERS = [1, 32, 256] as const;
/** A larger batch that needs more memory than this is not worth its speed. */
const ARENA_BYTES = 32 * 2 ** 20;
/** Every program has its own copy of the parameters: above this size, there are at most two programs. */
const LARGE_PARAMETERS = 16 * 2 ** 20;
/** A network that takes this long to compile is compiled only once. */
const SLOW_COMPILE_MS = 1_000;
/** Machine code and V8's data for a module; measured at 0.2 to 2 MiB. */
const MODULE_BYTES = 2 ** 20;
const TURN_MS = 20;

export interface Programs {
  /** Memory of all programs compiled so far. */
  readonly bytes: number;
  /**
   * @param inputs [rows, …input shape], transformed
   * @returns [rows, …output shape]
   */
  run(inputs: Numbers): Promise<Float32Array>;
  /** Releases the programs' memory; they must not be run afterwards. */
  dispose(): void;
}

/**
 * The batch sizes worth compiling besides BASE.
 * @param rowBytes memory per row of a batch
 */
export function otherSizes(parameterBytes: number, rowBytes: number, baseCompileMs: number): number[] {
  if (baseCompileMs > SLOW_COMPILE_MS) return [];
  const sizes = OTHERS.filter((size) => size < BASE || size * rowBytes <= ARENA_BYTES);
  return parameterBytes > LARGE_PARAMETERS ? sizes.filter((size) => size < BASE) : sizes;
}

export async function openPrograms(
  model: Model,
  layout: NetworkLayout,
  states: Readonly<Record<string, Float32Array>>,
  backend: Backend,
): Promise<Programs> {
  const width = sizeOf(model.input);
  const outputWidth = sizeOf(model.output);
  const compiled = new Map<number, Executable>();
  const compile = async (size: number) => {
    const executable = await backend.compile(predictProgram(model, layout, size));
    for (const [name, values] of Object.entries(states)) executable.write(name, values);
    return executable;
  };
  const outputOf = async (executable: Executable, batch: Numbers): Promise<Float32Array> => {
    executable.write('inputs', batch);
    await executable.run('predict', NO_OPTIONS);
    return (await executable.read('output')) as Float32Array;
  };

  const begin = performance.now();
  const base = await compile(BASE);
  compiled.set(BASE, base);
  const parameterBytes = Object.values(states).reduce((sum, { byteLength }) => sum + byteLength, 0);
  const rowBytes = Math.max(0, base.bytes - parameterBytes) / BASE;
  let sizes = [BASE, ...otherSizes(parameterBytes, rowBytes, performance.now() - begin)].sort(
    (a, b) => a - b,
  );

  /** The base program's output on the probe rows, computed for the first comparison. */
  let expected: Promise<Float32Array> | null = null;
  const probe = probeRows(model, BASE);
  const agrees = async (executable: Executable, size: number): Promise<boolean> => {
    expected ??= outputOf(base, probe);
    const wanted = new Uint32Array((await expected).buffer);
    for (let row = 0; row < BASE; row += size) {
      // A larger batch repeats the probe rows.
      const batch = emptyBatch(model, size * width);
      for (let at = 0; at < size; at += BASE) {
        batch.set(probe.subarray(row * width, (row + Math.min(size, BASE)) * width), at * width);
      }
      const got = new Uint32Array((await outputOf(executable, batch)).buffer);
      const from = row * outputWidth;
      if (!got.every((word, i) => word === wanted[from + (i % (BASE * outputWidth))])) return false;
    }
    return true;
  };
  const programFor = async (rows: number): Promise<readonly [number, Executable]> => {
    const size = sizes.find((each) => each >= rows) ?? sizes.at(-1)!;
    const known = compiled.get(size);
    if (known !== undefined) return [size, known];
    const executable = await compile(size);
    if (await agrees(executable, size)) {
      compiled.set(size, executable);
      return [size, executable];
    }
    executable.dispose();
    sizes = sizes.filter((each) => each !== size);
    return programFor(rows);
  };

  // A program holds one batch at a time: a run starts once the previous output has been read.
  let last: Promise<unknown> = Promise.resolve();
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work, work);
    last = mine.catch(() => {});
    return mine;
  };

  return {
    get bytes() {
      return [...compiled.values()].reduce((sum, { bytes }) => sum + bytes + MODULE_BYTES, 0);
    },
    async run(inputs) {
      const rows = inputs.length / width;
      const outputs = new Float32Array(rows * outputWidth);
      let lastTurn = performance.now();
      for (let start = 0; start < rows; ) {
        if (performance.now() - lastTurn > TURN_MS) {
          await turn();
          lastTurn = performance.now();
        }
        const left = rows - start;
        start += await alone(async () => {
          const [size, executable] = await programFor(left);
          const taken = Math.min(size, left);
          let batch = inputs.subarray(start * width, (start + taken) * width);
          if (taken < size) {
            batch = emptyBatch(model, size * width);
            batch.set(inputs.subarray(start * width));
          }
          const output = await outputOf(executable, batch);
          outputs.set(output.subarray(0, taken * outputWidth), start * outputWidth);
          return taken;
        });
      }
      return outputs;
    },
    dispose() {
      for (const executable of compiled.values()) executable.dispose();
      compiled.clear();
    },
  };
}

const NO_OPTIONS = { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) };

function emptyBatch(model: Model, length: number): Numbers {
  return model.inputType === 'int32' ? new Int32Array(length) : new Float32Array(length);
}

/** Random inputs of the network's input type. */
function probeRows(model: Model, rows: number): Numbers {
  const drawn = uniforms(1, 0, rows * sizeOf(model.input));
  if (model.inputType === 'int32') {
    const vocabulary = model.vocabulary ?? 2;
    return Int32Array.from(drawn, (u) => Math.min(vocabulary - 1, Math.floor(u * vocabulary)));
  }
  return Float32Array.from(drawn, (u) => 4 * u - 2);
}
