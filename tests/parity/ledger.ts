// Records the measurements of the parity suites if `npm run parity` asks for them: one line of JSON per comparison.

import { appendFileSync } from 'node:fs';
import type { Backend } from '#engine/backends/backend.ts';
import type { WebGpuBackend } from '#engine/backends/webgpu/webgpu.ts';
import { expectClose } from '../training/fixture.ts';

export const KINDS = ['layers', 'losses', 'optimizers', 'schedulers', 'networks'] as const;
export type Kind = (typeof KINDS)[number];

export interface Comparison {
  kind: Kind;
  /** The GPU it was computed on; null for the CPU (both the reference backend and WebAssembly). */
  adapter: string | null;
  /** Linear, Adam, … or the network's name. */
  member: string;
  /** The number of the fixture case. */
  case: number;
  /** "forward", "gradients", … */
  quantity: string;
  /** Relative error, as the comparing suite defines it. */
  error: number;
  tolerance: number;
}

const ledger = process.env.PARITY_LEDGER;

export interface Ledger {
  note(quantity: string, error: number, tolerance: number): void;
  /** `expectClose` that also notes the error. */
  close(quantity: string, got: ArrayLike<number>, expected: readonly number[], tolerance: number): void;
}

/**
 * The comparisons of one case. If several suites compare the same case, its worst error counts.
 * @param backend the backend that computed it; null if none did
 */
export function measure(kind: Kind, member: string, number: number, backend: Backend | null): Ledger {
  const adapter = backend !== null && isGpu(backend) ? backend.device.summary.description : null;
  const note: Ledger['note'] = (quantity, error, tolerance) => {
    if (ledger === undefined) return;
    const line: Comparison = { kind, adapter, member, case: number, quantity, error, tolerance };
    appendFileSync(ledger, `${JSON.stringify(line)}\n`);
  };
  return {
    note,
    close(quantity, got, expected, tolerance) {
      note(quantity, expectClose(got, expected, tolerance), tolerance);
    },
  };
}

const isGpu = (backend: Backend): backend is WebGpuBackend => backend.name === 'webgpu';
