// Every backend that programs run on. The suites of this folder hold each of them to the reference.

import type { Backend } from '#engine/backends/backend.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';

export const backends: readonly Backend[] = [wasm];
