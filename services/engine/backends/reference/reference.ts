// The reference backend: evaluates the graph in double precision, simply and slowly. It has no kernels, fusion or memory plan, so it can
// serve as the oracle for the other backends.

import { type Program, recordCount } from '../../program.ts';
import { STREAM, seedWord, threefry2x32, uniformOf } from '../../random.ts';
import { sizeOf } from '../../shape.ts';
import type { Backend, Executable, Numbers, RunOptions } from '../backend.ts';
import { checkWrite } from '../checks.ts';
import { interpret, type Sources, type Values } from './interpret.ts';

class ReferenceExecutable implements Executable {
  readonly bytes: number;
  readonly threads = 1;
  readonly #program: Program;
  readonly #held = new Map<string, Values>();
  readonly #outputs = new Map<string, { values: Values; dtype: string }>();
  #order: Int32Array;

  constructor(program: Program) {
    this.#program = program;
    for (const slot of [...program.states, ...program.data]) {
      this.#held.set(slot.name, new Float64Array(sizeOf(slot.shape)));
    }
    this.#order = Int32Array.from({ length: program.rows }, (_, i) => i);
    this.bytes = 8 * [...this.#held.values()].reduce((sum, values) => sum + values.length, 0);
  }

  write(slot: string, values: Numbers, offset?: number): void {
    const held = this.#held.get(slot);
    if (held === undefined) throw new Error(`no slot "${slot}"`);
    const bytes = this.#program.data.find(({ name }) => name === slot)?.bytes;
    const dtype = bytes === undefined ? 'f32' : 'u8';
    checkWrite(slot, values, { size: held.length, dtype }, offset);
    held.set(values, offset);
  }

  async read(slot: string): Promise<Numbers> {
    const output = this.#outputs.get(slot);
    const values = output?.values ?? this.#held.get(slot);
    if (values === undefined) throw new Error(`no slot "${slot}"`);
    const declared = [...this.#program.states, ...this.#program.data].find(({ name }) => name === slot);
    return (output?.dtype ?? declared?.dtype) === 'i32' ? Int32Array.from(values) : Float32Array.from(values);
  }

  writeOrder(order: Int32Array): void {
    this.#order = order.slice();
  }

  dispose(): void {}

  async run(entryName: string, options: RunOptions): Promise<Float32Array> {
    const entry = this.#program.entries.find(({ name }) => name === entryName);
    if (entry === undefined) throw new Error(`no entry "${entryName}"`);
    const width = recordCount(entry);
    const records = new Float32Array(options.steps * width);
    const key = seedWord(this.#program.seed);
    for (let step = 0; step < options.steps; step++) {
      const start = options.cursor + step * entry.batch;
      const rows = this.#order.subarray(start, start + entry.batch);
      const sources: Sources = {
        state: (name) => this.#held.get(name)!.slice(),
        batch: (name, size) => {
          const data = this.#held.get(name)!;
          const divisor = this.#program.data.find((slot) => slot.name === name)?.bytes?.divisor ?? 1;
          const out = new Float64Array(rows.length * size);
          for (const [i, row] of rows.entries())
            out.set(data.subarray(row * size, (row + 1) * size), i * size);
          // Rounded to f32, so that the bits are those of a batch that was divided beforehand.
          return divisor === 1 ? out : out.map((byte) => Math.fround(byte / divisor));
        },
        scalar: (name) =>
          options.scalars[step * this.#program.scalars.length + this.#program.scalars.indexOf(name)]!,
        uniform: (stream, element) =>
          uniformOf(threefry2x32(key, STREAM.program + stream, options.counter + step, element)[0]),
      };
      const wanted = [...entry.records.values(), ...entry.assigns.values(), ...entry.outputs.values()];
      const values = interpret(wanted, sources);
      let offset = step * width;
      for (const t of entry.records.values()) {
        const recorded = values.get(t)!;
        records.set(recorded, offset);
        offset += recorded.length;
      }
      for (const [name, t] of entry.assigns) this.#held.get(name)!.set(values.get(t)!);
      for (const [name, t] of entry.outputs)
        this.#outputs.set(name, { values: values.get(t)!, dtype: t.dtype });
    }
    return records;
  }
}

export const reference: Backend = {
  name: 'reference',
  fingerprint: 'reference-f64',
  compile: async (program) => new ReferenceExecutable(program),
};
