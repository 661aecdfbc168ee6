// The program of a process that works for the API. It knows neither the database nor the environment; what is large comes
// and goes through files that the API owns. It ends when the API does.

import { Problem } from '#contracts/errors.ts';
import { PredictTasks } from './predict.ts';
import type { FromProcess, Kind, Tasks, ToProcess } from './protocol.ts';

let predicting = new PredictTasks(0);

const HANDLERS: { [K in Kind]: (task: Tasks[K]['task']) => Promise<Tasks[K]['done']> } = {
  predict: (task) => predicting.predict(task),
  async forget({ artifact }) {
    predicting.forget(artifact);
    return null;
  },
};

function say(message: FromProcess): void {
  // Without its parent there is nobody to tell, and 'disconnect' follows.
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
  const { id, kind, task } = message;
  const handler = HANDLERS[kind] as (task: Tasks[Kind]['task']) => Promise<Tasks[Kind]['done']>;
  handler(task).then(
    (result) => say({ type: 'done', id, result, rss: process.memoryUsage.rss() }),
    (error: unknown) => say(problemSaid(id, error)),
  );
});
process.on('disconnect', () => process.exit(0));
