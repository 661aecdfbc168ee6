// The engine backend for training and prediction, chosen on first use: importing this file starts nothing.

import type { Backend } from '#engine/backends/backend.ts';
import { openNodePool } from '#engine/backends/wasm/threads/node-pool.ts';
import { widestWasm } from '#engine/backends/wasm/wide.ts';

/** On the caller's thread alone. */
export const defaultBackend: Backend = {
  name: 'wasm',
  get fingerprint() {
    return widestWasm().fingerprint;
  },
  compile: (program) => widestWasm().compile(program),
};

/**
 * With threads for programs that are worth them, for the life of the process. The bits are the same.
 * @param threads the most that a program gets, the caller's included
 */
export function threadedBackend(threads: number): Backend {
  return threads === 1 ? defaultBackend : widestWasm(openNodePool(threads));
}
