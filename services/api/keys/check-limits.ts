// The limits of the caller's key for one job: everything beyond a limit is reported at once.

import { type Detail, problemOf } from '#contracts/errors.ts';
import type { KeyLimit, KeyLimits } from '#contracts/keys/key-limits.ts';
import type { ValidJob } from '#training/job/validate.ts';
import type { Caller } from '../access/caller.ts';

export function overLimit(param: string, limit: KeyLimit, value: number, asked: string): Detail {
  const message = `this key's limit ${limit} is ${value}, and ${asked}`;
  return { param, code: 'limit_exceeded', message };
}

type Checked = Pick<ValidJob, 'request' | 'spec' | 'parameters' | 'flops' | 'interpreted'>;

function* exceeded(job: Checked, limits: KeyLimits): Generator<Detail> {
  const over = (limit: KeyLimit, value: number) => {
    const most = limits[limit];
    return most !== null && value > most ? most : null;
  };
  const parameters = over('parameters', job.parameters);
  if (parameters !== null)
    yield overLimit('model', 'parameters', parameters, `the model has ${job.parameters}`);
  const flops = over('flops', job.flops);
  if (flops !== null) yield overLimit('training', 'flops', flops, `the job needs ${job.flops}`);
  const { priority } = job.request;
  const highest = priority === 0 ? null : over('priority', priority);
  if (highest !== null) yield overLimit('priority', 'priority', highest, `the job asks for ${priority}`);
  const seconds = job.spec.training.max_seconds;
  const longest = seconds === null ? null : over('max_seconds', seconds);
  if (longest !== null) {
    yield overLimit('training.max_seconds', 'max_seconds', longest, `the job asks for ${seconds}`);
  }
}

/** Returns the job, with the key's time and priority limits filled in if it sets none. @throws Problem `limit_exceeded` */
export function withinLimits<J extends Checked>(job: J, { key }: Caller): J {
  if (key === null) return job;
  const details = [...exceeded(job, key.limits)];
  if (details.length > 0) throw problemOf('limit_exceeded', details);
  return withPriority(withTime(job, key.limits), key.limits);
}

function withTime<J extends Checked>(job: J, { max_seconds }: KeyLimits): J {
  if (max_seconds === null || job.spec.training.max_seconds !== null) return job;
  return {
    ...job,
    spec: { ...job.spec, training: { ...job.spec.training, max_seconds } },
    interpreted: [...job.interpreted, { param: 'training.max_seconds', from: null, to: max_seconds }],
  };
}

/** A key limited to a negative priority lowers the default priority of its jobs. */
function withPriority<J extends Checked>(job: J, { priority }: KeyLimits): J {
  if (priority === null || priority >= 0 || job.request.priority !== 0) return job;
  return {
    ...job,
    request: { ...job.request, priority },
    interpreted: [...job.interpreted, { param: 'priority', from: null, to: priority }],
  };
}
