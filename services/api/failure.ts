// Turns any thrown value into the Problem that the caller gets. Fastify and its plugins have error codes of their own for malformed HTTP;
// the table below translates them. Null for anything else: a bug of ours.

import { ERROR_TABLE, type ErrorCode, Problem, problemOf } from '#contracts/errors.ts';
import { isOutage } from '#store/outage.ts';
import type { Tuning } from './context.ts';

/** @param limit in bytes */
export function tooLarge(param: 'file' | 'body' | 'url', limit: number): Problem {
  const message = `over the limit of ${limit} bytes (${+(limit / 2 ** 20).toFixed(2)} MiB)`;
  return problemOf('payload_too_large', [{ param, code: 'too_large', message }]);
}

type Say = (tuning: Tuning, error: Error) => Problem;

const invalid =
  (code: ErrorCode, param: string, detail: string, message: string): Say =>
  () =>
    problemOf(code, [{ param, code: detail, message }]);

const FASTIFY: Record<string, Say> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (tuning) => tooLarge('body', tuning.jsonBodyBytes),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: invalid(
    'unsupported_media_type',
    'content-type',
    'unsupported_media_type',
    'expected application/json (or multipart/form-data for an upload to /datasets)',
  ),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: invalid(
    'invalid_request',
    'content-length',
    'wrong_length',
    'does not match the length of the body',
  ),
  FST_PARTS_LIMIT: invalid('invalid_request', 'body', 'too_many_parts', 'the form has too many parts'),
  FST_FILES_LIMIT: invalid('invalid_request', 'file', 'too_many_files', 'expected one file'),
  FST_FIELDS_LIMIT: invalid('invalid_request', 'body', 'too_many_fields', 'the form has too many fields'),
  FST_PROTO_VIOLATION: invalid('invalid_request', 'body', 'forbidden_key', 'a field has a forbidden name'),
  FST_MP_PREMATURE_CLOSE: invalid('invalid_request', 'body', 'cut_off', 'the form was cut off'),
  FST_ERR_BAD_URL: invalid('invalid_request', 'url', 'malformed', 'not valid percent-encoded UTF-8'),
  FST_ERR_MAX_PARAM_LENGTH: invalid('not_found', 'url', 'not_found', 'no resource has a name this long'),
};

function codeOfStatus(status: number): ErrorCode {
  const found = Object.entries(ERROR_TABLE).find(([, row]) => row.status === status);
  return (found?.[0] as ErrorCode | undefined) ?? 'invalid_request';
}

export function problemFrom(error: unknown, tuning: Tuning): Problem | null {
  if (error instanceof Problem) return error;
  if (!(error instanceof Error)) return null;
  const { code, statusCode } = error as Error & { code?: string; statusCode?: number };
  const say = code === undefined ? undefined : FASTIFY[code];
  if (say !== undefined) return say(tuning, error);
  if (code?.startsWith('FST_') && statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const detail = { param: 'request', code: 'invalid', message: error.message };
    return new Problem(codeOfStatus(statusCode), error.message, [detail]);
  }
  if (isOutage(error)) return new Problem('unavailable', 'part of the service is unreachable; try again');
  return null;
}
