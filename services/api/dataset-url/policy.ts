// Which URLs datasets may be downloaded from: `public` is the public Internet only; a list permits each named origin, even one in the
// operator's network. The same applies to every redirect.

import { type ErrorCode, type Problem, problemOf } from '#contracts/errors.ts';
import { checkHost, PrivateAddress } from '../webhooks/address.ts';

/** No URL, every public address, or only these origins (https://host[:port]). */
export type UrlPolicy = 'off' | 'public' | readonly string[];

export function refuseUrl(code: string, message: string, as: ErrorCode = 'invalid_request'): Problem {
  return problemOf(as, [{ param: 'url', code, message }]);
}

/** Rejects URLs that no policy could allow. @throws Problem */
export function parseDatasetUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw refuseUrl('invalid_url', `expected an http or https URL, not ${JSON.stringify(text)}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw refuseUrl('invalid_url', `${url.host}: URLs with a user name or a password are not fetched`);
  }
  return url;
}

/** @throws Problem if the policy does not allow the URL */
export function checkAllowed(url: URL, policy: UrlPolicy): void {
  if (policy === 'off') {
    const message =
      'this service does not fetch datasets (DATASET_URLS is off in its configuration): upload the file instead';
    throw refuseUrl('url_not_allowed', message, 'forbidden');
  }
  if (policy !== 'public') {
    if (policy.includes(url.origin)) return;
    const message = `${url.origin} is not among the origins that this service fetches from (DATASET_URLS in its configuration)`;
    throw refuseUrl('url_not_allowed', message, 'forbidden');
  }
  try {
    checkHost(url);
  } catch (error) {
    if (!(error instanceof PrivateAddress)) throw error;
    throw refuseUrl('private_address', `${url.href}: ${error.message}`);
  }
}
