// Every backend that programs run on. The suites of this folder hold each of them to the reference.

import type { Backend } from '#engine/backends/backend.ts';
import { wasm, wasmBackend } from '#engine/backends/wasm/wasm.ts';
import { testGpu } from '../support/gpu.ts';

/** The tiles that are shaped for wide vectors, computed with or without them. */
export const wideTiles: Backend = { ...wasmBackend({ wide: true, pool: null }), name: 'wasm, wide tiles' };

const gpu = await testGpu();

export const backends: readonly Backend[] = [wasm, wideTiles, ...(gpu === null ? [] : [gpu])];
