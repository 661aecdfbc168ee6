// A process for tests of the offload: a task that names the model "crash" ends it, one that names "wait" takes a moment, and all others
// finish at once.

import type { FromProcess, ToProcess } from '../../../services/api/offload/protocol.ts';

process.on('message', (message: ToProcess) => {
  if (message.type !== 'run') return;
  const { key } = message.task as { key: string };
  if (key === 'crash') {
    process.stderr.write('out of luck\n', () => process.exit(3));
    return;
  }
  const rss = key === 'grow' ? Number.MAX_SAFE_INTEGER : 0;
  const done: FromProcess = { type: 'done', id: message.id, result: null, rss };
  setTimeout(() => process.send?.(done), key === 'wait' ? 100 : 0);
});
process.on('disconnect', () => process.exit(0));
