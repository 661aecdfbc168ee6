// Request validation: zod schemas, all problems at once, paths in the caller's terms.

import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';
import { problemOf } from '#contracts/errors.ts';
import { detailsOf } from '#contracts/problems.ts';

export function parse<T extends z.ZodType>(schema: T, value: unknown): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw problemOf('invalid_request', detailsOf(result.error, schema));
}

export const validatorCompiler: FastifySchemaCompiler<unknown> = (route) => {
  const schema = route.schema as z.ZodType;
  return (data) => {
    // Fastify passes null if there is no body.
    const result = schema.safeParse(data ?? undefined);
    if (result.success) return { value: result.data };
    const details = detailsOf(result.error, schema);
    // A header is identified by its bare name, not as a key: idempotency-key, not ["idempotency-key"].
    if (route.httpPart === 'headers') {
      for (const detail of details) detail.param = detail.param.replace(/^\["(.*)"\]$/, '$1');
    }
    return { error: problemOf('invalid_request', details) };
  };
};

/** For bodies that the training module validates as a whole, so that schema errors and its own come in one reply. */
export const bodyUnchecked: FastifySchemaCompiler<unknown> = (route) =>
  route.httpPart === 'body' ? (data) => ({ value: data ?? undefined }) : validatorCompiler(route);
