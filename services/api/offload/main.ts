// The program of a process that works for the API. It has no access to the database or the environment; large data passes through files
// owned by the API. It exits when the API does.

import { Problem } from '#contracts/errors.ts';
import { validateFolds } from '#training/cross-validation.ts';
import { validateJob } from '#training/job/validate.ts';
import { PredictTasks } from './predict.ts';
import type { Finders, FromProcess, Kind, Questions, Tasks, Telling, ToProcess } from './protocol.ts';
import { inspectUploaded, readInlineBody, readJobBody, readUploaded, statsOf, windowsIn } from './tables.ts';

let predicting = new PredictTasks(0);

/** Of tasks that can be cancelled, by task id. */
const cancels = new Map<number, AbortController>();

let asked = 0;
const answers = new Map<number, PromiseWithResolvers<Questions[keyof Questions]>>();

/** Asks the API about something that a body references by id. */
function ask<Q extends keyof Questions>(id: number, question: Q): (key: string) => Promise<Questions[Q]> {
  return (key) => {
    const answer = Promise.withResolvers<Questions[keyof Questions]>();
    answers.set(++asked, answer);
    say({ type: 'ask', id, ask: asked, question, key });
    return answer.promise as Promise<Questions[Q]>;
  };
}

const findersOf = (id: number): Finders => ({
  dataset: ask(id, 'dataset'),
  weights: ask(id, 'weights'),
  windows: ask(id, 'windows'),
});

const HANDLERS: { [K in Kind]: (task: Tasks[K]['task'], id: number) => Promise<Tasks[K]['done']> } = {
  table: readUploaded,
  inspect: inspectUploaded,
  stats: statsOf,
  inline: readInlineBody,
  windows: windowsIn,
  job: (task, id) => readJobBody(task, findersOf(id), validateJob),
  folds: (task, id) => readJobBody(task, findersOf(id), validateFolds),
  predict: (task) => predicting.predict(task),
  generate: (task, id) => {
    const stop = new AbortController();
    cancels.set(id, stop);
    const told = (token: Telling) => say({ type: 'told', id, index: token.index, told: token });
    return predicting.generate(task, told, stop.signal).finally(() => cancels.delete(id));
  },
  evaluate: (task) => predicting.evaluate(task),
  async forget({ key }) {
    predicting.forget(key);
    return null;
  },
};

function say(message: FromProcess): void {
  // Errors are ignored: if the parent is gone, nobody is listening, and 'disconnect' follows.
  process.send?.(message, undefined, {}, () => {});
}

function problemSaid(id: number, error: unknown): FromProcess {
  const rss = process.memoryUsage.rss();
  if (error instanceof Problem) {
    const { code, message, details } = error;
    return { type: 'refused', id, problem: { code, message, details }, rss };
  }
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { type: 'failed', id, message, stack: stack ?? null, rss };
}

process.on('message', (message: ToProcess) => {
  if (message.type === 'settings') {
    predicting = new PredictTasks(message.settings.modelBytes);
    return;
  }
  if (message.type === 'cancel') return cancels.get(message.id)?.abort();
  if (message.type === 'answer' || message.type === 'no-answer') {
    const answer = answers.get(message.ask);
    answers.delete(message.ask);
    if (message.type === 'answer') answer?.resolve(message.value);
    else answer?.reject(new Problem('unavailable', 'part of the service is unreachable; try again'));
    return;
  }
  const { id, kind, task } = message;
  const handler = HANDLERS[kind] as (task: Tasks[Kind]['task'], id: number) => Promise<Tasks[Kind]['done']>;
  handler(task, id).then(
    (result) => say({ type: 'done', id, result, rss: process.memoryUsage.rss() }),
    (error: unknown) => say(problemSaid(id, error)),
  );
});
process.on('disconnect', () => process.exit(0));
