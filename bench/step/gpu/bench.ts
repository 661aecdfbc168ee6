// `npm run bench -- step --device webgpu`: networks and matrix products on this machine's GPU, against torch on CUDA if some python3 here
// has it. Nothing is timed on a software GPU, which is correct but slow.

import { type AdapterSummary, findAdapter } from '#engine/backends/webgpu/adapter.ts';
import { openDevice } from '#engine/backends/webgpu/device.ts';
import { webgpuBackend } from '#engine/backends/webgpu/webgpu.ts';
import { OutOfMemory } from '#engine/errors.ts';
import type { StepOptions } from '../options.ts';
import { fmaCeiling } from './ceiling.ts';
import { type Measured, measureGemm, measureStep } from './measure.ts';
import { openCudaTorch, type TorchTimes } from './peer.ts';

/** @throws Error if the adapter is software, whose times would say nothing about a GPU */
export function mustBeReal({ software, description }: AdapterSummary): void {
  if (software)
    throw new Error(
      `${description} computes on the processor: no times are printed of it, only a real GPU has any`,
    );
}

export async function benchGpu(options: StepOptions, say: (line: string) => void): Promise<void> {
  const found = await findAdapter();
  if (found.adapter === null) throw new Error(found.reason);
  mustBeReal(found.summary);
  const device = await openDevice(found.adapter, found.summary);
  const backend = webgpuBackend(device);
  const torch = await openCudaTorch();
  const print = (line: Measured, theirs: TorchTimes | null) =>
    say(options.json ? JSON.stringify({ ...line, torch: theirs }) : row(line, theirs));
  try {
    const ceiling = await fmaCeiling(device);
    const head = {
      gpu: found.summary.description,
      ceiling_tflops: digits(ceiling),
      torch: torch?.version ?? null,
    };
    say(options.json ? JSON.stringify(head) : heading(head));
    const each = [
      ...options.gemms.map((n) => ({
        name: `gemm-${n}`,
        ours: () => measureGemm(n, backend, ceiling, options.seconds),
        subject: { gemm: n },
      })),
      ...options.chosen.map((workload) => ({
        name: workload.name,
        ours: () => measureStep(workload, backend, ceiling, options.seconds),
        subject: workload,
      })),
    ];
    for (const { name, ours, subject } of each) {
      const line = await ours().catch((error: unknown) => {
        if (!(error instanceof OutOfMemory)) throw error;
        return error;
      });
      if (line instanceof OutOfMemory)
        say(options.json ? JSON.stringify({ name, reason: line.message }) : `${name}: ${line.message}`);
      else print(line, torch && (await torch.time(subject, options.seconds)));
    }
  } finally {
    await torch?.close();
    device.close();
  }
}

const WIDTHS = [14, 11, 9, 11, 12, 8, 11, 11, 11];
const COLUMNS = ['', 'µs', 'TFLOP/s', 'dispatches', 'µs each', 'share', 'eager µs', 'compiled', 'graph'];

function heading({
  gpu,
  ceiling_tflops,
  torch,
}: {
  gpu: string;
  ceiling_tflops: string;
  torch: string | null;
}) {
  const peer =
    torch === null
      ? 'no python3 with torch on CUDA here: ours alone'
      : `torch ${torch}, float32 without TF32`;
  return `${gpu}: ${ceiling_tflops} TFLOP/s of fused multiply-adds. ${peer}\n${columns(COLUMNS)}`;
}

function row({ name, us, tflops, dispatches, us_per_dispatch, share }: Measured, theirs: TorchTimes | null) {
  const own = [
    digits(us),
    digits(tflops),
    String(dispatches),
    digits(us_per_dispatch),
    `${(share * 100).toFixed(1)}%`,
  ];
  const their = [theirs?.eager, theirs?.compiled, theirs?.graph].map((it) => (it == null ? '–' : digits(it)));
  const reasons = Object.entries(theirs?.reasons ?? {}).map(([way, why]) => `\n  ${way}: ${why}`);
  return columns([name, ...own, ...their]) + reasons.join('');
}

function columns(cells: readonly string[]): string {
  return cells.map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[i]!) : cell.padStart(WIDTHS[i]!))).join('');
}

function digits(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}
