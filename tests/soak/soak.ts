// A soak run: the service as real processes, users following their stories, faults by a schedule; then a quiet phase, and a check of every
// history. The checks concern what each job went through, not how many jobs there were.

import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { connect } from '#client/client.ts';
import type { Job } from '#contracts/jobs/job-api.ts';
import { type Asker, openAsker } from './ask.ts';
import { type Cluster, MAX_ATTEMPTS, startCluster } from './cluster.ts';
import { checkDatabase, checkObjects, checkQueue, jobsByName } from './database-checks.ts';
import { uploadDatasets } from './datasets.ts';
import { strike } from './faults.ts';
import { checkJob, checkLog } from './histories.ts';
import type { Journal } from './journal.ts';
import { Random } from './random.ts';
import { checkReader, Readers } from './readers.ts';
import { type Kind, kinds, type Result, requestOf, resultOf } from './requests.ts';
import { type FaultKind, type HomeKind, type Queue, schedule } from './schedule.ts';
import { ended, logOf, type Posted, tell } from './stories.ts';

export interface SoakOptions {
  seed: number;
  ms: number;
  queue: Queue;
  home: HomeKind;
  /** The directory of the journal and the processes' logs. */
  directory: string;
  journal: Journal;
  everyMs?: number;
  kinds?: readonly FaultKind[];
  /** The number of concurrent stories. */
  users?: number;
  onProgress?(line: string): void;
}

export interface Summary {
  jobs: Record<string, number>;
  /** Jobs that took more than one attempt. */
  resumed: number;
  readers: number;
  events: number;
}

const QUIET_MS = 180_000;

export async function soak(options: SoakOptions): Promise<Summary> {
  const { journal, queue, home, seed, ms } = options;
  const random = new Random(seed);
  await using cluster = await startCluster({ queue, home, journal, logs: options.directory });
  await Promise.all([...cluster.apis, ...cluster.workers].map((part) => part.ready()));
  const ask = openAsker(cluster.urls, journal);
  const client = connect({ url: cluster.urls[0]! });
  const datasets = await uploadDatasets(client);

  const references = new Map<Kind, Result>();
  for (const kind of kinds) {
    const job = (await ask('/jobs', { method: 'POST', body: requestOf(kind, datasets) })).body as Job;
    const { status, error } = await ended(ask, job.id);
    const result = await resultOf(ask, job, kind);
    const { refused } = (result.answer ?? {}) as { refused?: unknown };
    if (status !== 'succeeded' || result.answer === undefined || refused !== undefined)
      throw new Error(`the reference ${kind} is ${status}: ${JSON.stringify(error ?? result.answer)}`);
    references.set(kind, result);
    await ask(`/jobs/${job.id}`, { method: 'DELETE' });
  }
  options.onProgress?.(`the references are trained; ${ms / 60_000} minutes of faults begin`);

  const faults = schedule(random.branch('faults'), {
    ms,
    queue,
    home,
    everyMs: options.everyMs ?? 4_000,
    ...(options.kinds === undefined ? {} : { kinds: options.kinds }),
  });
  journal.note('schedule', { faults });
  const readers = new Readers(cluster.urls, journal);
  const posted: Posted[] = [];
  const over = performance.now() + ms;
  let number = 0;
  const user = async () => {
    while (performance.now() < over && !stop.signal.aborted) {
      const mine = number++;
      const story = random.branch(`story ${mine}`);
      const onPosted = ({ id }: Posted) => {
        for (const which of story.next() < 0.5 ? [0, 1] : [story.one([0, 1])]) readers.follow(id, which);
      };
      const job = await tell(mine, story, { ask, datasets, references, journal, onPosted });
      posted.push(job);
      // Each user has one job at a time, so that the run does not end with a long queue.
      if (job.deleted === null) await ended(ask, job.id);
      await sleep(story.between(0, 1_000));
    }
  };
  const stop = new AbortController();
  const progress = setInterval(() => {
    const minutes = ((performance.now() - journal.begun) / 60_000).toFixed(1);
    options.onProgress?.(
      `${minutes} min  ${journal.faults} faults (last: ${journal.lastFault})  ${number} jobs posted  ` +
        `${readers.open} of ${readers.all.length} readers open  ${journal.violations.length} violations`,
    );
  }, 5_000);
  try {
    const users = Array.from({ length: options.users ?? 6 }, user);
    await Promise.all([strike(cluster, faults, journal, stop.signal), ...users]);
    options.onProgress?.('quiet: waiting for every job to end');
    return await check({ ask, cluster, journal, posted, readers, references });
  } finally {
    clearInterval(progress);
    stop.abort();
    await readers.close(0);
    const left = await cluster.stop();
    if (left.length > 0) journal.violation(`still running after the end: ${left.join('; ')}`);
  }
}

interface Run {
  ask: Asker;
  cluster: Cluster;
  journal: Journal;
  posted: readonly Posted[];
  readers: Readers;
  references: ReadonlyMap<Kind, Result>;
}

async function check({ ask, cluster, journal, posted, readers, references }: Run): Promise<Summary> {
  const summary: Summary = { jobs: {}, resumed: 0, readers: readers.all.length, events: 0 };
  await Promise.all([...cluster.apis, ...cluster.workers].map((part) => part.ready()));
  const logs = new Map<string, Awaited<ReturnType<typeof logOf>>>();
  for (const { id, name, kind, cancelled, deleted } of posted) {
    const wrong = (problems: readonly string[]) => {
      for (const problem of problems) journal.violation(`${id} (${name}, ${kind}): ${problem}`);
    };
    if (deleted !== null) {
      summary.jobs.deleted = (summary.jobs.deleted ?? 0) + 1;
      logs.set(id, deleted);
      wrong(checkLog(deleted));
      const { status } = await ask(`/jobs/${id}`);
      if (status !== 404) wrong([`it was deleted, and GET answers ${status}`]);
      continue;
    }
    const job = await ended(ask, id, QUIET_MS).catch((error: Error) => {
      wrong([error.message]);
      return null;
    });
    if (job === null) continue;
    const log = await logOf(ask, id);
    logs.set(id, log);
    summary.events += log.length;
    summary.jobs[job.status] = (summary.jobs[job.status] ?? 0) + 1;
    if (job.attempt > 1) summary.resumed += 1;
    wrong([...checkLog(log), ...checkJob(job, log, { maxAttempts: MAX_ATTEMPTS })]);
    if (cancelled && job.status !== 'cancelled') wrong([`its cancel was accepted, and it is ${job.status}`]);
    if (!cancelled && job.status === 'cancelled') wrong(['it is cancelled, and nobody asked for that']);
    if (job.status === 'succeeded') {
      const result = await resultOf(ask, job, kind);
      const reference = references.get(kind)!;
      if (result.weights !== reference.weights) wrong(['its weights are not those of the unbroken run']);
      if (!isDeepStrictEqual(result.answer, reference.answer)) {
        wrong([`it answers ${JSON.stringify(result.answer)} instead of ${JSON.stringify(reference.answer)}`]);
      }
      if (!isDeepStrictEqual(result.series, reference.series)) {
        wrong([
          `its curves are not those of the unbroken run: ${firstDifference(result.series, reference.series)}`,
        ]);
      }
    }
  }
  await readers.close(30_000);
  for (const reader of readers.all) {
    const log = logs.get(reader.jobId);
    if (log === undefined) continue;
    const deleted = posted.some(({ id, deleted }) => id === reader.jobId && deleted !== null);
    for (const problem of checkReader(reader, log, deleted)) {
      journal.violation(`${reader.jobId}: ${problem}`);
    }
  }
  const known = new Map(posted.map((one) => [one.name, one]));
  for (const { name, ids } of await jobsByName(cluster.databaseUrl())) {
    const one = known.get(name);
    if (one === undefined || ids.length !== 1 || ids[0] !== one.id) {
      journal.violation(`jobs named ${name} that nobody was told of: ${ids.join(', ')}`);
    }
  }
  for (const problem of await checkDatabase(cluster.databaseUrl())) journal.violation(problem);
  for (const problem of await checkObjects(cluster.databaseUrl(), cluster.artifacts))
    journal.violation(problem);
  for (const problem of await checkQueue(cluster.databaseUrl(), cluster.redisUrl()))
    journal.violation(problem);
  return summary;
}

function firstDifference(one: object, other: object): string {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  const at = Array.from(a).findIndex((letter, i) => letter !== b[i]);
  return `${a.slice(Math.max(0, at - 200), at + 200)} instead of ${b.slice(Math.max(0, at - 200), at + 200)}`;
}
