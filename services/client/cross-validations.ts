// Requests for cross-validations.

import type {
  CreatedCrossValidation,
  CrossValidation,
  NewCrossValidation,
} from '#contracts/jobs/cross-validation.ts';
import type { Http } from './http.ts';

export interface CrossValidations {
  /** Creates one job per fold, all or none. */
  create(
    request: NewCrossValidation,
    options?: { idempotencyKey?: string; signal?: AbortSignal },
  ): Promise<CreatedCrossValidation>;
  get(id: string, options?: { wait?: number; signal?: AbortSignal }): Promise<CrossValidation>;
  /** Cancels every unfinished job of it. */
  cancel(id: string): Promise<CrossValidation>;
}

export function crossValidationsOf(http: Http): CrossValidations {
  const at = (id: string) => `/cross-validations/${encodeURIComponent(id)}`;
  return {
    create: (body, options) =>
      http.json('/cross-validations', { method: 'POST', body, creates: true, ...options }),
    get: (id, { wait, signal } = {}) => http.json(at(id), { query: { wait }, signal }),
    cancel: (id) => http.json(`${at(id)}/cancel`, { method: 'POST' }),
  };
}
