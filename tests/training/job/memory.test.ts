// Whether a job fits into memory is decided from its program's actual memory plan, before anything is allocated.

import { describe, expect, test } from 'vitest';
import { LIMITS } from '#contracts/limits.ts';
import { arenaBytes } from '#engine/backends/wasm/layout.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { OutOfMemory } from '#engine/errors.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { programOf } from '#training/job/program-of.ts';
import { checkCpuMemory } from '#training/memory.ts';
import { smallJob } from '../job.ts';

const TIME = 512;
const samples = Array.from({ length: 130 }, (_, i) =>
  Array.from({ length: TIME }, (_, at) => [(i + at) % 7, 1]),
);

/** Attention with 16 heads over 512 positions: the scores dominate its memory. */
async function attending(batch_size: number) {
  const { spec, table } = await smallJob(
    {
      model: {
        layers: [
          { type: 'Linear', out_features: 32 },
          { type: 'MultiheadAttention', num_heads: 16 },
          'Flatten',
          { type: 'Linear', out_features: 2 },
        ],
      },
      training: { batch_size, validation_split: 0 },
      preprocess: 'none',
    },
    { inputs: samples, targets: samples.map((_, i) => i % 2) },
  );
  return { spec, info: table.info, bytes: () => arenaBytes(programOf(spec, table.info).program) };
}

describe('attention over 512 positions with 16 heads', () => {
  test('is rejected at a batch size of 64, with a suggestion that fits', async () => {
    const { spec, info, bytes } = await attending(64);
    expect(bytes()).toBeGreaterThan(LIMITS.arenaBytes);
    const detail = checkCpuMemory(spec, info)!;
    expect(detail).toMatchObject({ param: 'training.batch_size', code: 'too_big' });
    expect(detail.message).toMatch(
      /^the job needs \d+ MiB, the limit is 2048 MiB; a batch_size of \d+ would fit$/,
    );
    const fitting = Number(/batch_size of (\d+)/.exec(detail.message)![1]);
    const smaller = await attending(fitting);
    expect(checkCpuMemory(smaller.spec, smaller.info)).toBeNull();
    expect(smaller.bytes()).toBeLessThanOrEqual(LIMITS.arenaBytes);
    expect((await attending(2 * fitting)).bytes()).toBeGreaterThan(LIMITS.arenaBytes);
  });
});

test('a program beyond the address space of WebAssembly fails with OutOfMemory and its size', async () => {
  const program = new ProgramBuilder({ maxSteps: 1 }).state('x', [2 ** 30 + 2 ** 28]);
  program.entry('go', 1, (entry) => entry.assign('x', entry.state('x')));
  const compiling = wasm.compile(program.build());
  await expect(compiling).rejects.toBeInstanceOf(OutOfMemory);
  await expect(compiling).rejects.toThrow(/^the job needs 5121 MiB, which could not be allocated/);
});
