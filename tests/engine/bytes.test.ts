// Data that a program stores as bytes: a batch is bit-identical to one of the same numbers stored as floats.

import { describe, expect, it } from 'vitest';
import { reference } from '#engine/backends/reference/reference.ts';
import { matmul, sum } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { sizeOf } from '#engine/shape.ts';
import { backends } from './backends.ts';

const ROWS = 7;
const bytesFor = (size: number) => Uint8Array.from({ length: ROWS * size }, (_, i) => (i * 89 + 3) % 256);

const each = [...backends, reference].map((backend) => [backend.name, backend] as const);

describe.each(each)('bytes on %s', (name, backend) => {
  const run = async (
    row: number[],
    batch: number,
    { dtype = 'f32', divisor, asBytes }: { dtype?: 'f32' | 'i32'; divisor: number; asBytes: boolean },
  ) => {
    const program = new ProgramBuilder().dataset(
      'x',
      [ROWS, ...row],
      dtype,
      asBytes ? { divisor } : undefined,
    );
    program.entry('read', batch, (entry) => {
      const x = entry.batch('x');
      entry.output('y', x);
      if (dtype === 'f32') entry.record('total', sum(x));
    });
    const exe = await backend.compile(program.build());
    const bytes = bytesFor(sizeOf(row));
    if (asBytes) exe.write('x', bytes);
    else
      exe.write('x', dtype === 'i32' ? Int32Array.from(bytes) : Float32Array.from(bytes, (b) => b / divisor));
    exe.writeOrder(Int32Array.of(6, 2, 0, 5, 1, 4, 3));
    const records = [];
    const out = [];
    for (let cursor = 0; cursor + batch <= ROWS; cursor += batch) {
      const options = { steps: 1, cursor, counter: 0, scalars: new Float32Array(0) };
      records.push(...(await exe.run('read', options)));
      out.push(...(await exe.read('y')));
    }
    exe.dispose();
    return { records, out };
  };

  it.each([[[1]], [[3]], [[4]], [[29]], [[5, 7]], [[2, 3, 16]]])(
    'match floats exactly for rows of shape %j',
    async (row) => {
      for (const batch of [1, 2, 7]) {
        for (const divisor of name === 'webgpu' ? [1] : [1, 255]) {
          const kept = await run(row, batch, { divisor, asBytes: true });
          expect(kept).toEqual(await run(row, batch, { divisor, asBytes: false }));
        }
      }
    },
  );

  it('divided by 255 match floats within the rounding error of one division', async () => {
    const kept = await run([29], 7, { divisor: 255, asBytes: true });
    const floats = await run([29], 7, { divisor: 255, asBytes: false });
    for (const [i, value] of kept.out.entries()) {
      expect(Math.abs(value - floats.out[i]!)).toBeLessThanOrEqual(2 ** -22 * Math.abs(value));
    }
  });

  it('match whole numbers of dtype i32', async () => {
    const given = { dtype: 'i32', divisor: 1 } as const;
    expect(await run([5], 3, { ...given, asBytes: true })).toEqual(
      await run([5], 3, { ...given, asBytes: false }),
    );
  });

  it('take a quarter of the memory', async () => {
    const bytesOf = async (bytes?: { divisor: number }) => {
      const program = new ProgramBuilder({ maxSteps: 1 }).dataset('x', [4096, 64], 'f32', bytes);
      program.entry('sum', 4, (entry) => entry.record('total', sum(entry.batch('x'))));
      const exe = await backend.compile(program.build());
      exe.dispose();
      return exe.bytes;
    };
    if (name === 'reference') return;
    expect((await bytesOf()) - (await bytesOf({ divisor: 255 }))).toBeGreaterThan(0.7 * 4096 * 64 * 4);
  });

  it('can be read next to floats by otherwise identical kernels', async () => {
    const program = new ProgramBuilder({ maxSteps: 1 }).state('w', [6, 2]);
    program.dataset('x', [ROWS, 6], 'f32', { divisor: 1 }).dataset('z', [ROWS, 6]);
    program.entry('step', 3, (entry) => {
      entry.output('a', matmul(entry.batch('x'), entry.state('w')));
      entry.output('b', matmul(entry.batch('z'), entry.state('w')));
    });
    const exe = await backend.compile(program.build());
    exe.write('x', bytesFor(6));
    exe.write('z', Float32Array.from(bytesFor(6)));
    exe.write(
      'w',
      Float32Array.from({ length: 12 }, (_, i) => i - 5),
    );
    await exe.run('step', { steps: 1, cursor: 2, counter: 0, scalars: new Float32Array(0) });
    expect(await exe.read('a')).toEqual(await exe.read('b'));
    exe.dispose();
  });

  it('accept only bytes, written whole, while floats can also be written in parts', async () => {
    const program = new ProgramBuilder({ maxSteps: 1 });
    program.dataset('x', [ROWS, 2], 'f32', { divisor: 1 }).dataset('z', [ROWS, 2]);
    program.entry('sum', 1, (entry) => entry.record('total', sum(entry.batch('z'))));
    const exe = await backend.compile(program.build());
    expect(() => exe.write('x', new Float32Array(14))).toThrow('slot "x" holds bytes');
    expect(() => exe.write('x', new Uint8Array(4), 2)).toThrow('does not take 4 values');
    expect(() => exe.write('z', new Float32Array(4), 11)).toThrow('does not take 4 values');
    expect(() => exe.write('z', new Uint8Array(14))).toThrow('slot "z" holds numbers');
    exe.write(
      'z',
      Float32Array.from({ length: 14 }, (_, i) => i),
    );
    exe.write('z', Float32Array.of(-1, -2), 4);
    expect([...(await exe.read('z')).slice(2, 8)]).toEqual([2, 3, -1, -2, 6, 7]);
    exe.dispose();
  });
});
