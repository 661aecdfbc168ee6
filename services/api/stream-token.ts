// Tokens for one job's stream: a browser cannot send a header with a WebSocket, and a key does not belong into a URL. A
// token is a time and its HMAC with the job's id under a secret made of the API key, so every process that has the key
// makes and knows the same ones, and none is stored.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export const STREAM_TOKEN_SECONDS = 300;

export interface StreamTokens {
  make(jobId: string, now?: number): { token: string; expiresAt: Date };
  /** Whether it opens this job's stream now. */
  opens(token: string, jobId: string, now?: number): boolean;
}

const FORM = /^st_([0-9a-z]{1,10})\.([\w-]{43})$/;

/** @param apiKey null where nobody is asked for one: then a token lives as long as the process. */
export function streamTokens(apiKey: string | null): StreamTokens {
  const root = apiKey ?? randomBytes(32);
  const secret = createHmac('sha256', root).update('epochd stream token').digest();
  const sign = (jobId: string, expiry: string) =>
    createHmac('sha256', secret).update(`${jobId}.${expiry}`).digest();
  return {
    make(jobId, now = Date.now()) {
      const seconds = Math.floor(now / 1000) + STREAM_TOKEN_SECONDS;
      const expiry = seconds.toString(36);
      const token = `st_${expiry}.${sign(jobId, expiry).toString('base64url')}`;
      return { token, expiresAt: new Date(seconds * 1000) };
    },
    opens(token, jobId, now = Date.now()) {
      const [, expiry, mark] = FORM.exec(token) ?? [];
      if (expiry === undefined || mark === undefined) return false;
      if (Number.parseInt(expiry, 36) * 1000 <= now) return false;
      const given = Buffer.from(mark, 'base64url');
      const wanted = sign(jobId, expiry);
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
  };
}
