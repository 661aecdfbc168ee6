// Follows a job on the terminal. Ctrl-C stops watching, not the job.

import type { JobEvent } from '#contracts/jobs/events.ts';
import { isTerminal } from '#contracts/jobs/job.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import { formatMetrics, formatSeconds } from './terminal/words.ts';

/** The line shown for an event; null if it is not shown. */
function lineOf(event: JobEvent, { paint }: CliContext): string | null {
  switch (event.type) {
    case 'metrics': {
      const { epoch, epochs, metrics, nonfinite } = event.data;
      const broken = Object.entries(nonfinite).map(([name, value]) => `  ${name} ${value}`);
      return `${paint('dim', `epoch ${epoch}/${epochs}`)}  ${formatMetrics(metrics)}${paint('red', broken.join(''))}`;
    }
    case 'test': {
      const { samples, metrics } = event.data;
      return `${paint('dim', `test on ${samples} samples`)}  ${formatMetrics(metrics)}`;
    }
    case 'log':
      return event.data.level === 'info'
        ? paint('dim', event.data.message)
        : paint('yellow', event.data.message);
    case 'status':
      return event.data.message === null ? null : paint('yellow', event.data.message);
    default:
      return null;
  }
}

function outcomeOf(job: Job, { paint }: CliContext): { code: number; text: string } {
  const best =
    job.metrics.best === null
      ? ''
      : `; best at epoch ${job.metrics.best.epoch}: ${formatMetrics(job.metrics.best.metrics)}`;
  if (job.status === 'succeeded') {
    return { code: EXIT.ok, text: `${paint('green', `succeeded (${job.stop_reason})`)}${best}` };
  }
  if (job.status === 'cancelled')
    return { code: EXIT.jobCancelled, text: `${paint('yellow', 'cancelled')}${best}` };
  return {
    code: EXIT.jobFailed,
    text: `${paint('red', `failed (${job.stop_reason})`)}: ${job.error?.message ?? ''}`,
  };
}

/** @returns the exit code */
export async function watchJob(context: CliContext, { id }: Job): Promise<number> {
  const { client, json, emit, screen } = context;
  const interrupted = context.interruptible();
  const leave = () => {
    screen.done();
    screen.line(`${id} keeps running; follow it again with: epochd watch ${id}`);
    return EXIT.detached;
  };
  try {
    const follow = client.jobs.events(id, {
      signal: interrupted,
      onTransport: (transport) => {
        if (transport === 'waiting') screen.line('the service is not responding; retrying …');
      },
      onProgress: ({ step, total_steps, eta_seconds }) => {
        const left = eta_seconds === null ? '' : `  ${formatSeconds(eta_seconds)} left`;
        screen.progress(step, total_steps, left);
      },
    });
    for await (const event of follow) {
      if (json) emit(event);
      else {
        const line = lineOf(event, context);
        if (line !== null) screen.line(line);
      }
      if (event.type === 'metrics') {
        const { epoch, epochs, eta_seconds } = event.data;
        screen.progress(epoch, epochs, `  ${formatSeconds(eta_seconds)} left`);
      }
    }
  } catch (error) {
    if (interrupted.aborted) return leave();
    throw error;
  }
  screen.done();
  const job = await client.jobs.get(id);
  if (!isTerminal(job.status)) return leave();
  const { code, text } = outcomeOf(job, context);
  if (json) emit(job);
  else screen.line(text);
  return code;
}
