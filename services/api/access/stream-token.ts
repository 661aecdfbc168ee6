// Tokens for one job's stream: browsers cannot send headers with a WebSocket, and a key does not belong in a URL. A token is an expiry
// time, the id of the key that requested it (none for the operator), and an HMAC of both and the job's id, with a secret derived from the
// operator's key: every process with that key can make and verify tokens, and none is stored.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export const STREAM_TOKEN_SECONDS = 300;

export interface StreamTokens {
  /** @param keyId the caller's key; null for the operator */
  make(jobId: string, keyId: string | null, now?: number): { token: string; expiresAt: Date };
  /** The token's owner if the token currently opens this job's stream, else null. Does not check whether that key is still valid. */
  read(token: string, jobId: string, now?: number): { keyId: string | null } | null;
}

const FORM = /^st_([0-9a-z]{1,10})\.(?:(key_[0-9a-z]{26})\.)?([\w-]{43})$/;

/** @param apiKey null if no key is required: tokens then expire with the process at the latest. */
export function streamTokens(apiKey: string | null): StreamTokens {
  const root = apiKey ?? randomBytes(32);
  const secret = createHmac('sha256', root).update('epochd stream token').digest();
  const sign = (jobId: string, said: string) =>
    createHmac('sha256', secret).update(`${jobId}.${said}`).digest();
  return {
    make(jobId, keyId, now = Date.now()) {
      const seconds = Math.floor(now / 1000) + STREAM_TOKEN_SECONDS;
      const said = keyId === null ? seconds.toString(36) : `${seconds.toString(36)}.${keyId}`;
      const token = `st_${said}.${sign(jobId, said).toString('base64url')}`;
      return { token, expiresAt: new Date(seconds * 1000) };
    },
    read(token, jobId, now = Date.now()) {
      const [, expiry, keyId = null, mark] = FORM.exec(token) ?? [];
      if (expiry === undefined || mark === undefined) return null;
      if (Number.parseInt(expiry, 36) * 1000 <= now) return null;
      const given = Buffer.from(mark, 'base64url');
      const wanted = sign(jobId, keyId === null ? expiry : `${expiry}.${keyId}`);
      return given.length === wanted.length && timingSafeEqual(given, wanted) ? { keyId } : null;
    },
  };
}
