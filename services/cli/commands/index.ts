// All commands, in the order of the help.

import type { AddCommand } from '../command.ts';
import { artifacts } from './artifacts.ts';
import { cancel } from './cancel.ts';
import { checkpoints } from './checkpoints.ts';
import { datasets } from './datasets.ts';
import { remove } from './delete.ts';
import { doctor } from './doctor.ts';
import { generate } from './generate.ts';
import { init } from './init.ts';
import { inspect } from './inspect.ts';
import { job } from './job.ts';
import { jobs } from './jobs.ts';
import { keys } from './keys.ts';
import { pause } from './pause.ts';
import { predict } from './predict.ts';
import { resume } from './resume.ts';
import { start } from './start.ts';
import { stats } from './stats.ts';
import { train } from './train.ts';
import { upload } from './upload.ts';
import { watch } from './watch.ts';
import { weights } from './weights.ts';

export const commands: readonly AddCommand[] = [
  start,
  train,
  watch,
  predict,
  generate,
  jobs,
  job,
  cancel,
  pause,
  resume,
  remove,
  checkpoints,
  weights,
  datasets,
  stats,
  upload,
  inspect,
  keys,
  artifacts,
  init,
  doctor,
];
