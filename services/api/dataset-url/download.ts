// Downloads a file by URL: no proxy, every redirect is checked like the first URL, and the connection uses exactly the addresses that were
// checked. Errors name the URL they occurred at.

import { type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { Problem } from '#contracts/errors.ts';
import { tooLarge } from '../failure.ts';
import { type UploadedFile, type UploadFolders, withBody } from '../uploads/upload.ts';
import { PrivateAddress, publicLookup } from '../webhooks/address.ts';
import { checkAllowed, parseDatasetUrl, refuseUrl, type UrlPolicy } from './policy.ts';

const REDIRECTS = [301, 302, 303, 307, 308];
const MOST_REDIRECTS = 5;
const WHOLE_MS = 240_000;
const SILENT_MS = 30_000;

export interface DownloadOptions {
  policy: UrlPolicy;
  maxBytes: number;
  signal: AbortSignal;
  scratch: UploadFolders;
  /** Time limit for the whole download. */
  wholeMs?: number;
  /** Time limit without any data from the server. */
  silentMs?: number;
}

function failed(url: URL, error: unknown, { wholeMs = WHOLE_MS }: DownloadOptions): unknown {
  if (error instanceof Problem || !(error instanceof Error)) return error;
  if (error instanceof PrivateAddress) return refuseUrl('private_address', `${url.href}: ${error.message}`);
  if (error.name === 'TimeoutError' || error.name === 'AbortError')
    return refuseUrl('timeout', `${url.href} was not fetched within ${wholeMs / 1_000} s`);
  const { code = '' } = error as NodeJS.ErrnoException;
  if (code === 'ECONNRESET') return refuseUrl('cut_off', `${url.href} was cut off: ${error.message}`);
  return refuseUrl('unreachable', `${url.href} cannot be fetched: ${error.message || code}`);
}

function get(url: URL, options: DownloadOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const { policy, silentMs = SILENT_MS } = options;
  const send = url.protocol === 'https:' ? secure : plain;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      headers: { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'epochd' },
      agent: false,
      ...(policy === 'public' ? { lookup: publicLookup() } : {}),
      signal,
    });
    let response: IncomingMessage | null = null;
    request.setTimeout(silentMs, () => {
      // Once there is a response, the error has to reach the reader of its body.
      (response ?? request).destroy(new Error(`no data for ${silentMs / 1_000} s`));
    });
    request.on('error', reject);
    request.on('response', (given) => {
      response = given;
      resolve(given);
    });
    request.end();
  });
}

/** Follows redirects to the final response. @throws Problem */
async function follow(
  first: URL,
  options: DownloadOptions,
  signal: AbortSignal,
): Promise<{ url: URL; response: IncomingMessage }> {
  let url = first;
  for (let redirects = 0; ; redirects++) {
    checkAllowed(url, options.policy);
    const response = await get(url, options, signal).catch((error: unknown) => {
      throw failed(url, error, options);
    });
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return { url, response };
    response.on('error', () => {});
    response.destroy();
    if (!REDIRECTS.includes(statusCode) || headers.location === undefined)
      throw refuseUrl('bad_status', `${url.href} replied with status ${statusCode}, not 200`);
    if (redirects === MOST_REDIRECTS)
      throw refuseUrl('too_many_redirects', `${first.href} redirects more than ${MOST_REDIRECTS} times`);
    url = parseDatasetUrl(headers.location, url);
  }
}

function nameIn(url: URL): string | null {
  const last = url.pathname.split('/').at(-1) ?? '';
  try {
    return decodeURIComponent(last) || null;
  } catch {
    return last;
  }
}

/** Downloads the URL and passes the file to `use`; the file is always removed afterwards. @throws Problem */
export async function withDownload<T>(
  text: string,
  options: DownloadOptions,
  use: (file: UploadedFile) => Promise<T>,
): Promise<T> {
  const { maxBytes, scratch, wholeMs = WHOLE_MS } = options;
  const given = parseDatasetUrl(text);
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(wholeMs)]);
  const { url, response } = await follow(given, options, signal);
  let received = false;
  try {
    const encoding = response.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity')
      throw refuseUrl(
        'encoded',
        `${url.href} replied with content-encoding ${encoding}, which was not requested`,
      );
    if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw tooLarge('url', maxBytes);
    return await withBody(scratch, response, maxBytes, async (file) => {
      received = true;
      return use({ ...file, filename: nameIn(given) });
    });
  } catch (error) {
    if (received) throw error;
    if (error instanceof Problem && error.code === 'payload_too_large') throw tooLarge('url', maxBytes);
    throw failed(url, error, options);
  } finally {
    response.on('error', () => {});
    response.destroy();
  }
}
