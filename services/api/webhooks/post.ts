// One attempt to deliver a message: no redirects, no proxy, a short timeout, and only the reply's status is kept, so that a tenant learns
// nothing else about what is behind a URL.

import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { checkHost, publicLookup } from './address.ts';

const TIMEOUT_MS = 10_000;
const READ_BYTES = 16 * 1024;

export interface PostOptions {
  /** Whether to allow addresses that are not public. */
  privateAddresses: boolean;
  timeoutMs?: number;
}

/** Returns the reply's status. @throws if there is no reply */
export async function post(
  target: string,
  body: string,
  headers: Record<string, string>,
  { privateAddresses, timeoutMs = TIMEOUT_MS }: PostOptions,
): Promise<number> {
  const url = new URL(target);
  if (!privateAddresses) checkHost(url);
  const send = url.protocol === 'https:' ? secure : plain;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      headers: {
        ...headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'epochd',
      },
      agent: false,
      ...(privateAddresses ? {} : { lookup: publicLookup() }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.on('error', (error) =>
      reject(
        error.name === 'TimeoutError' || error.name === 'AbortError'
          ? new Error(`no response within ${timeoutMs / 1_000} s`)
          : error,
      ),
    );
    request.on('response', (response) => {
      const { statusCode = 0 } = response;
      let read = 0;
      // Read a little, so that the receiver is not cut off while it writes its reply.
      response.on('data', (piece: Buffer) => {
        read += piece.length;
        if (read > READ_BYTES) request.destroy();
      });
      response.on('error', () => {});
      response.on('close', () => resolve(statusCode));
    });
    request.end(body);
  });
}
