// The backends that the training suites run on.

import type { Backend } from '#engine/backends/backend.ts';
import { reference } from '#engine/backends/reference/reference.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { testGpu } from '../support/gpu.ts';

const gpu = await testGpu();

export const backends: readonly [name: string, backend: Backend][] = [
  reference,
  wasm,
  ...(gpu === null ? [] : [gpu]),
].map((backend) => [backend.name, backend]);
