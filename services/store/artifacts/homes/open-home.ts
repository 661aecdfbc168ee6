// Opens the home that a configuration URL names.

import { openDirectory } from './directory.ts';
import type { Home } from './home.ts';
import { openS3 } from './s3.ts';

/** Settings that a bucket URL may leave to the environment. */
export interface S3Defaults {
  endpoint?: string | undefined;
  region?: string | undefined;
  accessKeyId?: string | undefined;
  secretAccessKey?: string | undefined;
  sessionToken?: string | undefined;
}

const KNOWN = ['endpoint', 'region', 'path_style'];

/** Describes what is wrong with a home's URL; null if it is valid. */
export function problemOfHome(text: string, s3: S3Defaults = {}): string | null {
  const url = URL.parse(text);
  if (url?.protocol === 'file:') {
    if (url.host !== '') return 'expected file:///absolute/path, without a host';
    if (url.pathname === '/') return 'expected a directory of its own, not /';
    return url.search === '' ? null : 'a directory takes no settings after ?';
  }
  if (url?.protocol !== 's3:') return 'expected file:///directory or s3://bucket/prefix';
  if (url.hostname === '') return 'expected a bucket: s3://bucket/prefix';
  if (url.username !== '') return 'credentials belong in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  const unknown = [...url.searchParams.keys()].find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) return `?${unknown} is unknown; expected ${KNOWN.join(', ')}`;
  const endpoint = url.searchParams.get('endpoint');
  if (endpoint !== null && !/^https?:$/.test(URL.parse(endpoint)?.protocol ?? ''))
    return '?endpoint= expects http://… or https://…';
  if (!['0', '1', null].includes(url.searchParams.get('path_style'))) return '?path_style= expects 0 or 1';
  if (s3.accessKeyId === undefined || s3.secretAccessKey === undefined)
    return 'a bucket needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
  return null;
}

/** The URL as stored in rows: without settings or trailing slash. */
function nameOfHome(text: string): string {
  const url = new URL(text);
  return `${url.protocol}//${url.host}${url.pathname}`.replace(/\/+$/, '');
}

/** @throws if `problemOfHome` finds a problem */
export function openHome(text: string, s3: S3Defaults = {}): Home {
  const problem = problemOfHome(text, s3);
  if (problem !== null) throw new Error(`${nameOfHome(text)}: ${problem}`);
  const url = new URL(text);
  const name = nameOfHome(text);
  if (url.protocol === 'file:') return openDirectory(name);
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '');
  const endpoint = url.searchParams.get('endpoint') ?? s3.endpoint ?? null;
  const pathStyle = url.searchParams.get('path_style');
  return openS3(name, prefix === '' ? '' : `${prefix}/`, {
    bucket: url.hostname,
    endpoint,
    region: url.searchParams.get('region') ?? s3.region ?? 'us-east-1',
    // AWS uses virtual-hosted buckets; most other servers do not.
    pathStyle: pathStyle === null ? endpoint !== null : pathStyle === '1',
    credentials: {
      accessKeyId: s3.accessKeyId!,
      secretAccessKey: s3.secretAccessKey!,
      ...(s3.sessionToken === undefined ? {} : { sessionToken: s3.sessionToken }),
    },
  });
}
