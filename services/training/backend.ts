// The engine backend for training and prediction, chosen on first use: importing this file starts nothing.

import type { Backend } from '#engine/backends/backend.ts';
import { openNodePool } from '#engine/backends/wasm/threads/node-pool.ts';
import { widestWasm } from '#engine/backends/wasm/wide.ts';

/** Runs on the caller's thread alone. */
export const defaultBackend: Backend = {
  name: 'wasm',
  get fingerprint() {
    return widestWasm().fingerprint;
  },
  compile: (program) => widestWasm().compile(program),
};

/**
 * Uses threads for programs that benefit from them, for the lifetime of the process. Results are bit-identical.
 * @param threads maximum per program, including the caller's
 */
export function threadedBackend(threads: number): Backend {
  return threads === 1 ? defaultBackend : widestWasm(openNodePool(threads));
}
