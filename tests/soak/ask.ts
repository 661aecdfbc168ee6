// Requests of a persistent caller: retried, on the other API, until they get a reply other than "not now". A reply acknowledges the
// request, and must hold from then on.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Journal } from './journal.ts';

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON from outside
  body: any;
}

export interface Asked {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  headers?: Record<string, string>;
  /** Which of the two APIs is asked first. */
  first?: number;
}

const PATIENCE_MS = 120_000;
const ANSWER_MS = 20_000;

export interface Asker {
  (path: string, asked?: Asked): Promise<Answer>;
  /** The bytes of a 200 reply. Throws on any other status. */
  bytes(path: string): Promise<Buffer>;
}

export function openAsker(urls: readonly string[], journal: Journal): Asker {
  const send = async <T>(path: string, asked: Asked, read: (reply: Response) => Promise<T>): Promise<T> => {
    const { method = 'GET', body, headers = {}, first = 0 } = asked;
    const deadline = performance.now() + PATIENCE_MS;
    let last = '';
    for (let attempt = 0; performance.now() < deadline; attempt++) {
      const url = urls[(first + attempt) % urls.length]!;
      try {
        const reply = await fetch(url + path, {
          method,
          headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          signal: AbortSignal.timeout(ANSWER_MS),
        });
        if (reply.status === 503) {
          last = `503 ${await reply.text()}`;
        } else {
          const answer = await read(reply);
          if (reply.status >= 500) {
            journal.violation(`${method} ${path}: ${reply.status} ${JSON.stringify(answer)}`);
          }
          return answer;
        }
      } catch (error) {
        last = error instanceof Error ? `${error.message} ${error.cause ?? ''}` : String(error);
      }
      await sleep(Math.min(1_000, 50 * 2 ** attempt));
    }
    throw new Error(`${method} ${path} was not answered within ${PATIENCE_MS / 1000} s: ${last}`);
  };
  return Object.assign(
    (path: string, asked: Asked = {}) =>
      send(path, asked, async (reply) => {
        const text = await reply.text();
        return { status: reply.status, body: text === '' ? null : JSON.parse(text) };
      }),
    {
      async bytes(path: string) {
        const answer = await send(path, {}, async (reply) => ({
          status: reply.status,
          content: Buffer.from(await reply.arrayBuffer()),
        }));
        if (answer.status !== 200)
          throw new Error(`GET ${path}: ${answer.status} ${answer.content.toString()}`);
        return answer.content;
      },
    },
  );
}
