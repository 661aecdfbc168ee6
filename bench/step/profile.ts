// Profiles a training step: every kernel of the program timed by itself, in the order of the step, on one thread. The best of all rounds
// counts, since other load only adds time.

import { WasmExecutable } from '#engine/backends/wasm/wasm.ts';
import { computesWide } from '#engine/backends/wasm/wide.ts';
import { kernelFlops } from '#engine/backends/wasm/work.ts';
import type { Kernel } from '#engine/lower/kernel.ts';
import { lower } from '#engine/lower/lower.ts';
import { rebase } from '#engine/lower/rebase.ts';
import { signatureOf } from '#engine/lower/signature.ts';
import { compileJob } from '#training/job/compile.ts';
import { programOf } from '#training/job/program-of.ts';
import { freshRun, restore } from '#training/run/run-state.ts';
import { kernelBytes } from './bytes.ts';
import { BATCHES, jobOf, stepping } from './ours.ts';
import type { Workload } from './workloads.ts';

/** Kernels with identical code, combined. */
export interface Line {
  readonly kernel: string;
  readonly calls: number;
  /** Per step, for all calls. */
  readonly micros: number;
  readonly share: number;
  readonly gflops: number;
  /** Counting each buffer element that it reads or writes once. */
  readonly gigabytesPerSecond: number;
}

export async function profile(workload: Workload, seconds: number): Promise<Line[]> {
  const { spec, table } = await jobOf(workload);
  const wide = computesWide();
  const made: WasmExecutable[] = [];
  const compiled = await compileJob(spec, table, {
    name: 'wasm',
    fingerprint: '',
    async compile(program) {
      made.push(new WasmExecutable(program, { wide, pool: null, parts: true }));
      return made[0]!;
    },
  });
  const [executable] = made as [WasmExecutable];
  restore(freshRun(compiled), executable);
  // Lowered again, to find out what each part is.
  const { buffers, entries } = lower(programOf(spec, table.info).program);
  const { kernels } = entries.find(({ name }) => name === 'train')!;
  const parts = kernels.map((_, i) => executable.part('train', i));
  await stepping(compiled)(BATCHES);
  const nanos = new Float64Array(kernels.length).fill(Number.POSITIVE_INFINITY);
  const until = performance.now() + seconds * 1000;
  for (let rounds = 0; rounds < 3 || performance.now() < until; rounds++) {
    let before = process.hrtime.bigint();
    for (const [i, part] of parts.entries()) {
      part();
      const now = process.hrtime.bigint();
      nanos[i] = Math.min(nanos[i]!, Number(now - before));
      before = now;
    }
  }
  executable.dispose();
  const overhead = clockNanos();
  const sizes = buffers.map(({ size }) => size);
  const groups = new Map<string, { kernel: Kernel; calls: number; nanos: number }>();
  for (const [i, kernel] of kernels.entries()) {
    const { signature } = signatureOf(rebase(kernel).kernel);
    const group = groups.get(signature) ?? { kernel, calls: 0, nanos: 0 };
    group.calls++;
    group.nanos += Math.max(0, nanos[i]! - overhead);
    groups.set(signature, group);
  }
  const total = [...groups.values()].reduce((sum, group) => sum + group.nanos, 0);
  return [...groups.values()]
    .map(({ kernel, calls, nanos: spent }) => ({
      kernel: describe(kernel, (buffer) => buffers[buffer]!.name),
      calls,
      micros: spent / 1000,
      share: spent / total,
      gflops: (calls * kernelFlops(kernel)) / spent,
      gigabytesPerSecond: (calls * kernelBytes(kernel, sizes)) / spent,
    }))
    .sort((a, b) => b.micros - a.micros);
}

/** The minimum cost of reading the clock, the way the kernels are timed. */
function clockNanos(): number {
  let best = Number.POSITIVE_INFINITY;
  let last = process.hrtime.bigint();
  for (let i = 0; i < 10_000; i++) {
    const now = process.hrtime.bigint();
    best = Math.min(best, Number(now - last));
    last = now;
  }
  return best;
}

function describe(kernel: Kernel, name: (buffer: number) => string): string {
  const by = (sizes: readonly number[]) => sizes.join('×') || '1';
  switch (kernel.form) {
    case 'map':
      return `map ${by(kernel.sizes)} → ${kernel.stores.map(({ buffer }) => name(buffer)).join(', ')}`;
    case 'reduce':
      return `${kernel.combine} ${by(kernel.sizes)} over ${by(kernel.reduced)} → ${kernel.terms.map(({ store }) => name(store.buffer)).join(', ')}`;
    case 'contract': {
      const { batch, m, n, k } = kernel;
      return `contract ${by(batch)} | ${by(m)} · ${by(n)} over ${by(k)} → ${name(kernel.store.buffer)}`;
    }
    case 'scatter':
      return `scatter ${kernel.count} of ${kernel.width} → ${name(kernel.store.buffer)}`;
  }
}
