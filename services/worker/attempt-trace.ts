// The spans of one attempt at a job. They belong to the trace of the request that posted the job, whichever worker runs it. The trainer
// reports to its worker when it has compiled and what each epoch measured; it exports no spans itself.

import type { JobRecord, Lease } from '#store/jobs/job-record.ts';
import { inSpan, NO_SPAN, type Span, type Tracing } from '#tracing/tracing.ts';
import type { EpochReport } from '#training/run/fit.ts';
import type { FromTrainer } from './trainer/protocol.ts';
import type { Outcome } from './trainer-process.ts';

export interface AttemptTrace {
  /** Runs `work`, which the worker does itself, in a child span. */
  during<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** The trainer has received the job, */
  handedOver(): void;
  /** has compiled it, */
  compiled(device: Extract<FromTrainer, { type: 'device' }>['chosen']): void;
  /** has trained an epoch, */
  epoch(report: EpochReport): void;
  /** and has finished. */
  trained(outcome: Outcome): void;
  /** The attempt failed outside the trainer. */
  failed(error: unknown): void;
  end(): void;
}

export interface Claimed {
  job: JobRecord;
  lease: Lease;
  workerId: string;
  /** When the worker started to claim, in milliseconds since 1970. */
  askedAt: number;
}

export function traceAttempt(tracing: Tracing, { job, lease, workerId, askedAt }: Claimed): AttemptTrace {
  const about = { 'epochd.job.id': job.id, 'epochd.attempt': lease.attempt };
  const attempt = tracing.start('job.attempt', job.traceparent, {
    kind: 'consumer',
    attributes: { ...about, 'epochd.worker.id': workerId },
  });
  if (lease.attempt === 1) {
    const options = { attributes: about, startedAt: job.createdAt.getTime() };
    tracing.start('job.queued', job.traceparent, options).end();
  }
  // Recorded afterwards: until the claim succeeded, the job was unknown.
  attempt.child('job.claim', { startedAt: askedAt }).end();
  let compiling = NO_SPAN;
  let training = NO_SPAN;
  const endThese = (...spans: Span[]) => {
    for (const span of spans) span.end();
  };
  return {
    during: (name, work) => inSpan(attempt.child(name), work),
    handedOver() {
      compiling = attempt.child('job.compile');
    },
    compiled(device) {
      compiling.set({ 'epochd.device': device.device });
      compiling.end();
      training = attempt.child('job.train', { attributes: { 'epochd.device': device.device } });
    },
    epoch({ epoch, step, values, seconds }) {
      const loss = values.train_loss;
      training.event('epoch', { epoch, step, seconds, ...(loss === undefined ? {} : { train_loss: loss }) });
    },
    trained(outcome) {
      const span = training === NO_SPAN ? compiling : training;
      if (outcome.type === 'end') span.set({ 'epochd.outcome': outcome.outcome });
      else {
        span.fail(outcome.message);
        attempt.fail(outcome.message);
      }
      endThese(compiling, training);
    },
    failed: (error) => attempt.fail(error),
    end: () => endThese(compiling, training, attempt),
  };
}
