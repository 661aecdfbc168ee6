// Translates a whole job to canonical names for validate.ts, except its dataset.

import { z } from 'zod';
import { JobRequest } from '#contracts/jobs/job-api.ts';
import { DEVICES } from './aliases.ts';
import { isObject } from './component.ts';
import type { Interpretations } from './interpretations.ts';
import { canonicalModel } from './model.ts';
import { canonicalPreprocess } from './preprocess.ts';
import { withTextValues } from './text-values.ts';
import { canonicalTraining } from './training.ts';

const anything = z.unknown().optional();
const Frame = JobRequest.extend({
  model: anything,
  dataset: anything,
  training: anything,
  metadata: anything,
});

export function canonicalJob(given: unknown, interpretations: Interpretations): unknown {
  if (!isObject(given)) return given;
  const job = { ...given };
  if (job.model !== undefined) job.model = canonicalModel(job.model, 'model', interpretations);
  if (job.training !== undefined) job.training = canonicalTraining(job.training, 'training', interpretations);
  if (job.preprocess !== undefined)
    job.preprocess = canonicalPreprocess(job.preprocess, 'preprocess', interpretations);
  const device = typeof job.device === 'string' ? job.device.toLowerCase() : '';
  if (Object.hasOwn(DEVICES, device)) {
    interpretations.add('device', job.device, DEVICES[device]);
    job.device = DEVICES[device];
  }
  return withTextValues(Frame, job, '', interpretations);
}
