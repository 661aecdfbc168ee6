// The tokens of a generated text, read from a stream of JSON lines.

import type { ErrorBody } from '#contracts/errors.ts';
import type { GeneratedToken, Generation } from '#contracts/jobs/generate.ts';
import { ApiError, ConnectionError } from './errors.ts';
import type { Call, Http } from './http.ts';

type Line = GeneratedToken | Generation | ErrorBody;

/** @throws ApiError, even after the first token; ConnectionError if the connection drops */
export async function* tokensOf(
  http: Http,
  path: string,
  call: Call,
): AsyncGenerator<GeneratedToken | Generation, void> {
  const left = new AbortController();
  const signal = http.signal(
    call.signal === undefined ? left.signal : AbortSignal.any([left.signal, call.signal]),
  );
  const reply = await http.reply(path, { ...call, headers: { accept: 'application/x-ndjson' }, signal });
  try {
    let ended = false;
    for await (const line of linesOf(reply, signal)) {
      const message = JSON.parse(line) as Line;
      if ('error' in message) throw new ApiError(reply.status, message, reply.headers.get('x-request-id'));
      ended = message.object === 'generation';
      yield message;
    }
    if (!ended) throw new ConnectionError(`${http.url} closed the connection in the middle of a text`, null);
  } finally {
    // Leaving the loop cancels the request.
    left.abort();
  }
}

async function* linesOf(reply: Response, signal: AbortSignal): AsyncGenerator<string> {
  const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read().catch((error: unknown) => {
      signal.throwIfAborted();
      throw new ConnectionError('the connection ended in the middle of a text', error);
    });
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop()!;
    yield* lines.filter((line) => line !== '');
  }
}
