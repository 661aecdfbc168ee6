// Refuses private addresses when a webhook is created. Each attempt checks again, because a name may resolve differently later.

import { problemOf } from '#contracts/errors.ts';
import { checkHost, PrivateAddress, publicLookup } from './address.ts';

/** @throws Problem if the URL resolves to an address that is not public; a name that does not resolve (yet) is accepted */
export async function refusePrivate(text: string, allowed: boolean): Promise<void> {
  if (allowed) return;
  const url = new URL(text);
  try {
    checkHost(url);
    await new Promise<void>((resolve, reject) => {
      publicLookup()(url.hostname.replace(/^\[|\]$/g, ''), { all: true }, (error) => {
        if (error instanceof PrivateAddress) reject(error);
        else resolve();
      });
    });
  } catch (error) {
    if (!(error instanceof PrivateAddress)) throw error;
    const message = `${error.message}: webhooks are not sent there (WEBHOOK_PRIVATE_ADDRESSES=1 in the configuration allows it)`;
    throw problemOf('invalid_request', [{ param: 'url', code: 'private_address', message }]);
  }
}
