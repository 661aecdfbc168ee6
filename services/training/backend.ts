// Which backend of the engine runs training and prediction. Chosen when it is first used: importing starts nothing.

import type { Backend } from '#engine/backends/backend.ts';
import { widestWasm } from '#engine/backends/wasm/wide.ts';

export const defaultBackend: Backend = {
  name: 'wasm',
  get fingerprint() {
    return widestWasm().fingerprint;
  },
  compile: (program) => widestWasm().compile(program),
};
