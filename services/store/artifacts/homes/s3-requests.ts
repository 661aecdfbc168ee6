// The signed S3 requests that a home needs. Each has a timeout and is retried if that may help; a refusal becomes an error with S3's own
// message.

import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { HomeAway } from './home.ts';

export interface S3Options {
  bucket: string;
  /** http(s)://host[:port]; AWS's endpoint for the region if null. */
  endpoint: string | null;
  region: string;
  /** Path-style URLs (endpoint/bucket/key) rather than virtual-hosted ones (bucket.endpoint/key). */
  pathStyle: boolean;
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  /** Limit for one request. */
  timeoutMs?: number;
  /** Attempts per request before giving up. */
  attempts?: number;
}

export interface S3Request {
  method?: 'GET' | 'PUT' | 'POST' | 'DELETE';
  query?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

/** Transient statuses. */
const PASSING = [408, 429, 500, 502, 503, 504];
const TIMEOUT_MS = 30_000;
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 200;

/** The S3 error code (NoSuchKey, AccessDenied …) in an XML response. */
const codeIn = (xml: string) => /<Code>([^<]+)<\/Code>/.exec(xml)?.[1] ?? null;
const messageIn = (xml: string) => /<Message>([^<]+)<\/Message>/.exec(xml)?.[1] ?? '';

export class S3Refusal extends Error {
  readonly status: number;
  /** Null if the response has none. */
  readonly code: string | null;

  constructor(home: string, method: string, status: number, xml: string) {
    super(`${home} responded to ${method} with ${status} ${codeIn(xml) ?? ''} ${messageIn(xml)}`.trimEnd());
    this.name = 'S3Refusal';
    this.status = status;
    this.code = codeIn(xml);
  }
}

function baseOf({ bucket, endpoint, region, pathStyle }: S3Options): string {
  const url = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  if (pathStyle) url.pathname = `${url.pathname.replace(/\/$/, '')}/${bucket}`;
  else url.hostname = `${bucket}.${url.hostname}`;
  return url.href.replace(/\/$/, '');
}

export type SendToS3 = (key: string, request?: S3Request) => Promise<{ headers: Headers; body: Buffer }>;

/** @param home its name in error messages */
export function openS3Requests(home: string, options: S3Options): SendToS3 {
  const { credentials, region, timeoutMs = TIMEOUT_MS, attempts = ATTEMPTS } = options;
  const base = baseOf(options);
  const client = new AwsClient({ ...credentials, region, service: 's3', retries: 0 });

  const once: SendToS3 = async (key, { method = 'GET', query = '', headers = {}, body } = {}) => {
    const path = key.split('/').map(encodeURIComponent).join('/');
    const signed = await client.sign(`${base}/${path}${query === '' ? '' : `?${query}`}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
    });
    let response: Response;
    let answer: Buffer;
    try {
      response = await fetch(signed, { signal: AbortSignal.timeout(timeoutMs) });
      answer = Buffer.from(await response.arrayBuffer());
    } catch (error) {
      const { name, message, cause } = error as Error;
      const why = name === 'TimeoutError' ? `no response within ${timeoutMs / 1_000} s` : message;
      throw new HomeAway(home, cause instanceof Error ? `${why}: ${cause.message}` : why, error);
    }
    if (response.ok) return { headers: response.headers, body: answer };
    const refusal = new S3Refusal(home, method, response.status, answer.toString());
    throw PASSING.includes(response.status) ? new HomeAway(home, refusal.message, refusal) : refusal;
  };

  return async (key, request) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(key, request);
      } catch (error) {
        if (!(error instanceof HomeAway) || attempt >= attempts) throw error;
        await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
      }
    }
  };
}
