// The same stream as Server-Sent Events: the envelope is the data, and its seq the id that a browser sends back as Last-Event-ID. The
// response's backpressure sets the pace.

import { Readable } from 'node:stream';
import type { TenantStore } from '#store/store.ts';
import type { Context } from '../context.ts';
import { encodeOnce, follow } from './follow.ts';

const frameOf = encodeOnce((message) => {
  const id = message.object === 'job.event' ? `id: ${message.seq}\n` : '';
  return `${id}data: ${JSON.stringify(message)}\n\n`;
});

export function sseStream(
  context: Context,
  store: TenantStore,
  jobId: string,
  after: number,
  left: AbortSignal,
): Readable {
  async function* frames() {
    const stop = AbortSignal.any([left, context.closing]);
    for await (const messages of follow({ ...context, store }, jobId, after, stop))
      for (const message of messages) yield frameOf(message);
  }
  return Readable.from(frames(), { objectMode: false });
}
