// Which backend of the engine runs training and prediction.

import type { Backend } from '#engine/backends/backend.ts';
import { reference } from '#engine/backends/reference/reference.ts';

export const defaultBackend: Backend = reference;
