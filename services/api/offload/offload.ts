// Work that would block the API's event loop, done in a process beside it. The process is started with the first task, and restarted when
// it is gone. A crash fails only the task that caused it: the tasks running at that moment are retried one by one, and only one that
// crashes the process again on its own is given up.

import { Problem } from '#contracts/errors.ts';
import type { StoreLog } from '#store/store.ts';
import { startProcess, type WorkProcess } from './process.ts';
import type { Finders, FromProcess, Kind, Settings, Tasks, Telling } from './protocol.ts';

export interface OffloadOptions {
  settings: Settings;
  log: StoreLog;
  /** Maximum number of tasks running at once; others wait. */
  concurrency: number;
  /** Maximum number of tasks running or waiting; one more is a 503. */
  capacity: number;
  /** Resident bytes above which a process is replaced as soon as it is idle. */
  maxRss: number;
  /** How long a process may be idle before it is ended to free its memory; null keeps it. */
  idleMs: number | null;
  /** Another program, for tests. */
  program?: string;
}

/** Receives what a task reports while it runs. */
export interface Listener {
  /** Called once per report and in order, even if the task is retried in another process. */
  onTold(told: Telling): void;
  /** Aborted when nobody is waiting for the task any more: it ends at its next check. */
  signal: AbortSignal;
}

export interface Offload {
  /** @throws Problem for the caller's mistake, or `unavailable` if the process ended or is at capacity */
  run<K extends Kind>(
    kind: K,
    task: Tasks[K]['task'],
    beside?: { finders?: Finders } & Partial<Listener>,
  ): Promise<Tasks[K]['done']>;
  /** Of the process, if one is running. */
  readonly pid: number | undefined;
  /** Ends the process; pending tasks are rejected. */
  close(): Promise<void>;
}

interface Work {
  readonly id: number;
  readonly kind: Kind;
  readonly task: Tasks[Kind]['task'];
  readonly finders: Finders | undefined;
  readonly onTold: Listener['onTold'] | undefined;
  /** Number of reports delivered so far. */
  told: number;
  resolve(result: Tasks[Kind]['done']): void;
  reject(error: unknown): void;
}

export function openOffload(options: OffloadOptions): Offload {
  const { settings, log, concurrency, capacity, maxRss, idleMs, program } = options;
  let process: WorkProcess | null = null;
  let closed = false;
  let tooLarge = false;
  /** The process is being killed but has not exited yet. */
  let ending = false;
  let nextId = 1;
  let idle: NodeJS.Timeout | undefined;
  const atWork = new Map<number, Work>();
  const waiting: Work[] = [];
  /** Tasks that were running together when the process ended: one of them may be the cause. */
  const suspects: Work[] = [];

  const onExit = (how: string, words: string) => {
    process = null;
    ending = false;
    const lost = [...atWork.values()];
    atWork.clear();
    if (!closed && lost.length > 0) {
      log.warn({ how, words, tasks: lost.map(({ kind }) => kind) }, 'an offload process exited');
    }
    const [only] = lost;
    if (lost.length === 1 && only !== undefined) {
      only.reject(new Problem('unavailable', `the process that handled this request ${how}; try again`));
    } else suspects.push(...lost);
    dispatch();
  };

  const onMessage = (message: FromProcess) => {
    const work = atWork.get(message.id);
    if (work === undefined) return;
    if (message.type === 'ask') {
      const { ask, question, key } = message;
      const asked = process;
      // Reply to the process that asked, which may have exited since, not to its successor.
      Promise.resolve(work.finders?.[question](key) ?? null).then(
        (value) => asked?.send({ type: 'answer', ask, value }),
        () => asked?.send({ type: 'no-answer', ask }),
      );
      return;
    }
    if (message.type === 'told') {
      if (message.index < work.told) return;
      work.told = message.index + 1;
      work.onTold?.(message.told);
      return;
    }
    atWork.delete(message.id);
    tooLarge ||= message.rss > maxRss;
    if (message.type === 'done') work.resolve(message.result);
    else if (message.type === 'refused') {
      const { code, message: text, details } = message.problem;
      work.reject(new Problem(code, text, details));
    } else {
      const error = new Error(`${work.kind}: ${message.message}`);
      if (message.stack !== null) error.stack = message.stack;
      work.reject(error);
    }
    dispatch();
  };

  const begin = (work: Work) => {
    process ??= startProcess({
      settings,
      onMessage,
      onExit,
      ...(program === undefined ? {} : { program }),
    });
    atWork.set(work.id, work);
    process.send({ type: 'run', id: work.id, kind: work.kind, task: work.task });
  };

  const end = () => {
    if (process === null) return;
    ending = true;
    void process.kill();
  };

  const dispatch = () => {
    clearTimeout(idle);
    if (closed) {
      for (const work of [...suspects.splice(0), ...waiting.splice(0)]) work.reject(closing());
      return;
    }
    if (tooLarge && atWork.size === 0 && !ending) {
      tooLarge = false;
      end();
    }
    if (tooLarge || ending) return;
    if (suspects.length > 0) {
      if (atWork.size === 0) begin(suspects.shift()!);
      return;
    }
    while (atWork.size < concurrency && waiting.length > 0) begin(waiting.shift()!);
    if (atWork.size === 0 && idleMs !== null) idle = setTimeout(end, idleMs).unref();
  };

  /** Rejects a waiting task; notifies the process of a running one. */
  const cancel = (id: number) => {
    for (const list of [waiting, suspects]) {
      const at = list.findIndex((work) => work.id === id);
      if (at >= 0) list.splice(at, 1)[0]!.reject(new Problem('unavailable', 'the client has disconnected'));
    }
    if (atWork.has(id)) process?.send({ type: 'cancel', id });
  };

  return {
    get pid() {
      return process?.pid;
    },
    run(kind, task, { finders, onTold, signal } = {}) {
      if (closed) return Promise.reject(closing());
      if (atWork.size + waiting.length + suspects.length >= capacity) {
        return Promise.reject(
          new Problem('unavailable', 'too many requests in progress; try again in a moment'),
        );
      }
      return new Promise((resolve, reject) => {
        const id = nextId++;
        const done = resolve as Work['resolve'];
        waiting.push({ id, kind, task, finders, onTold, told: 0, resolve: done, reject });
        signal?.addEventListener('abort', () => cancel(id), { once: true });
        dispatch();
      });
    },
    async close() {
      closed = true;
      for (const work of atWork.values()) work.reject(closing());
      atWork.clear();
      dispatch();
      await process?.kill();
    },
  };
}

function closing(): Problem {
  return new Problem('unavailable', 'the service is shutting down');
}
