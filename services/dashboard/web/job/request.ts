// Recovers a job's request from the job, with defaults filled in, to be displayed, copied or edited.

import type { Job, NewJob } from '#contracts/jobs/job-api.ts';

export function requestOf(job: Job): NewJob {
  const { name, model, dataset, training, preprocess, seed, device, metadata } = job;
  return {
    ...(name === null ? {} : { name }),
    model: model as NewJob['model'],
    dataset,
    training: training as NewJob['training'],
    preprocess,
    seed,
    device,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}
