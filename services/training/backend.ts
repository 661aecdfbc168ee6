// Which backend of the engine runs training and prediction.

import type { Backend } from '#engine/backends/backend.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';

export const defaultBackend: Backend = wasm;
