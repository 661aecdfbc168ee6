// The headers of Standard Webhooks, signed with the secret shared by sender and receiver.

import { createHmac, randomBytes } from 'node:crypto';
import { SECRET_PREFIX } from '#contracts/webhooks.ts';

const SECRET_BYTES = 32;

export const newWebhookSecret = (): string => SECRET_PREFIX + randomBytes(SECRET_BYTES).toString('base64');

/** Signs what the receiver can reconstruct: `id.timestamp.body`. */
export function signedHeaders(
  { id, secret }: { id: string; secret: string },
  body: string,
  now = Date.now(),
): Record<string, string> {
  const timestamp = String(Math.floor(now / 1_000));
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
