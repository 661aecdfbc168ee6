// The client's errors: the service refused a request (ApiError, with a code of its error table), or could not be reached
// (ConnectionError).

import type { Detail, ErrorBody, ErrorCode } from '#contracts/errors.ts';

export class ApiError extends Error {
  readonly status: number;
  readonly code: ErrorCode;
  /** Every problem, with its path: `model.layers[3].in_features`. */
  readonly details: readonly Detail[];
  /** The reply's x-request-id, which the service's log uses for this request. */
  readonly requestId: string | null;

  constructor(status: number, { error }: ErrorBody, requestId: string | null = null) {
    super(error.message);
    this.name = 'ApiError';
    this.status = status;
    this.code = error.code;
    this.details = error.details;
    this.requestId = requestId;
  }
}

/** There was no reply, or it did not come from epochd. */
export class ConnectionError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ConnectionError';
  }
}

const OF_HEAD: Record<number, [ErrorCode, string]> = {
  401: ['unauthorized', 'this API key is unknown, or was revoked'],
  404: ['not_found', 'does not exist, or no longer'],
  503: ['unavailable', 'the service is starting or stopping'],
};

/** The same for a reply to HEAD, which has no body. */
export function errorOfHead(status: number, path: string, requestId: string | null): Error {
  const known = OF_HEAD[status];
  if (known === undefined) return new ConnectionError(`${path}: the reply has status ${status}`);
  const [code, why] = known;
  return new ApiError(
    status,
    { error: { code, message: `${path}: ${why}`, type: code, param: null, details: [] } },
    requestId,
  );
}

/** The error for a non-2xx reply. `text` is its body. */
export function errorOf(status: number, text: string, requestId: string | null): ApiError | ConnectionError {
  try {
    const body = JSON.parse(text) as ErrorBody;
    if (typeof body.error.code === 'string') return new ApiError(status, body, requestId);
  } catch {
    // Not JSON: possibly a proxy's error page.
  }
  return new ConnectionError(`${status}: the reply is not from epochd: ${text.slice(0, 200)}`);
}
