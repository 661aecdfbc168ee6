// All available backends. The suites of this folder compare each with the reference.

import type { Backend } from '#engine/backends/backend.ts';
import { wasm, wasmBackend } from '#engine/backends/wasm/wasm.ts';
import { testGpu } from '../support/gpu.ts';

/** The tiles shaped for wide vectors, whether or not V8 actually pairs the vectors. */
export const wideTiles: Backend = { ...wasmBackend({ wide: true, pool: null }), name: 'wasm, wide tiles' };

const gpu = await testGpu();

export const backends: readonly Backend[] = [wasm, wideTiles, ...(gpu === null ? [] : [gpu])];
