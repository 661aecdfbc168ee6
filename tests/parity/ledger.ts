// What the parity suites measure, written down where `npm run parity` asks for it: a line of JSON for every comparison.

import { appendFileSync } from 'node:fs';
import type { Backend } from '#engine/backends/backend.ts';
import type { WebGpuBackend } from '#engine/backends/webgpu/webgpu.ts';
import { expectClose } from '../training/fixture.ts';

export const KINDS = ['layers', 'losses', 'optimizers', 'schedulers', 'networks'] as const;
export type Kind = (typeof KINDS)[number];

export interface Comparison {
  kind: Kind;
  /** The GPU that computed it; null for the processor (the reference backend and WebAssembly alike). */
  adapter: string | null;
  /** Linear, Adam, … or the network's name. */
  member: string;
  /** Which case of the fixtures it belongs to. */
  case: number;
  /** "forward", "gradients", … */
  quantity: string;
  /** Relative, as the suite that compares takes it. */
  error: number;
  tolerance: number;
}

const ledger = process.env.PARITY_LEDGER;

export interface Ledger {
  note(quantity: string, error: number, tolerance: number): void;
  /** expectClose, and noted. */
  close(quantity: string, got: ArrayLike<number>, expected: readonly number[], tolerance: number): void;
}

/**
 * The comparisons of one case. Two suites may both belong to one: its worst error counts.
 * @param backend what computed it; null where that is no backend's work
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
