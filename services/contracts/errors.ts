// The table of all errors. A Problem is the caller's mistake (or an external condition) in the caller's terms; any other exception is a
// bug of ours, and the caller gets `internal` without its message.

import { z } from 'zod';

export const ERROR_TABLE = {
  invalid_request: { status: 400, type: 'invalid_request_error' },
  malformed_json: { status: 400, type: 'invalid_request_error' },
  invalid_model: { status: 400, type: 'invalid_request_error' },
  invalid_dataset: { status: 400, type: 'invalid_request_error' },
  invalid_weights: { status: 400, type: 'invalid_request_error' },
  unauthorized: { status: 401, type: 'authentication_error' },
  forbidden: { status: 403, type: 'permission_error' },
  not_found: { status: 404, type: 'not_found_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  not_acceptable: { status: 406, type: 'invalid_request_error' },
  conflict: { status: 409, type: 'conflict_error' },
  job_not_finished: { status: 409, type: 'conflict_error' },
  dataset_in_use: { status: 409, type: 'conflict_error' },
  weights_in_use: { status: 409, type: 'conflict_error' },
  version_not_supported: { status: 412, type: 'invalid_request_error' },
  payload_too_large: { status: 413, type: 'invalid_request_error' },
  unsupported_media_type: { status: 415, type: 'invalid_request_error' },
  device_unavailable: { status: 422, type: 'invalid_request_error' },
  limit_exceeded: { status: 422, type: 'limit_error' },
  idempotency_mismatch: { status: 422, type: 'idempotency_error' },
  upgrade_required: { status: 426, type: 'invalid_request_error' },
  too_many_requests: { status: 429, type: 'rate_limit_error' },
  internal: { status: 500, type: 'internal_error' },
  insufficient_storage: { status: 507, type: 'storage_error' },
  unavailable: { status: 503, type: 'unavailable_error' },
} as const satisfies Record<string, { status: number; type: string }>;

export type ErrorCode = keyof typeof ERROR_TABLE;

export const Detail = z.object({
  param: z.string().describe('Path of the offending value, such as model.layers[3].in_features'),
  code: z.string(),
  message: z.string(),
});
export type Detail = z.infer<typeof Detail>;

export const ErrorBody = z.object({
  error: z.object({
    code: z.enum(Object.keys(ERROR_TABLE) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    details: z.array(Detail),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

export class Problem extends Error {
  readonly code: ErrorCode;
  readonly details: readonly Detail[];
  /** Seconds after which a retry may succeed; null if unknown. */
  retryAfter: number | null = null;

  constructor(code: ErrorCode, message: string, details: readonly Detail[] = []) {
    super(message);
    this.name = 'Problem';
    this.code = code;
    this.details = details;
  }

  retryIn(seconds: number): this {
    this.retryAfter = seconds;
    return this;
  }

  get status(): number {
    return ERROR_TABLE[this.code].status;
  }

  toBody(): ErrorBody {
    return {
      error: {
        code: this.code,
        message: this.message,
        type: ERROR_TABLE[this.code].type,
        param: this.details[0]?.param ?? null,
        details: [...this.details],
      },
    };
  }
}

/** One Problem for every error in a request: the message has the first one and counts the rest. */
export function problemOf(code: ErrorCode, details: readonly Detail[]): Problem {
  const [first, ...rest] = details;
  if (first === undefined) throw new Error('a Problem needs at least one detail');
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`;
  return new Problem(code, `${first.param}: ${first.message}${more}`, details);
}
