// Every operation of the OpenAPI document, as requests to send and the replies that it declares.

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { almostRight } from './almost-right.ts';
import { type Components, hostile, type Schema, valuesOf } from './arbitrary.ts';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}

interface Media {
  schema?: Schema;
}

interface Operation {
  operationId: string;
  parameters?: Parameter[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Components };
}

export interface FuzzRequest {
  name: string;
  method: string;
  path: string;
  query: Record<string, unknown>;
  headers: Record<string, string>;
  /** JSON, or the fields of a form. */
  body: unknown;
  media: string | null;
}

/** Returns null for a documented reply, or else what is wrong with it. */
export type Judge = (status: number, contentType: string, text: string) => string | null;

export interface Fuzzed {
  name: string;
  requests: fc.Arbitrary<FuzzRequest>;
  judge: Judge;
}

/** `idsOf` returns currently existing ids by resource, the path's first segment. */
export function fuzzOperations(document: OpenApi, idsOf: (resource: string) => readonly string[]): Fuzzed[] {
  const components = document.components.schemas;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'openapi', components: { schemas: components } });
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      requests: requestsOf(path, method, operation, components, idsOf),
      judge: judgeOf(ajv, operation),
    })),
  );
}

const mostly = fc.oneof(
  { weight: 6, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
);

export const textOf = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

function requestsOf(
  path: string,
  method: string,
  operation: Operation,
  components: Components,
  idsOf: (resource: string) => readonly string[],
): fc.Arbitrary<FuzzRequest> {
  const parameters = operation.parameters ?? [];
  const [, resource = ''] = path.split('/');
  const of = (where: Parameter['in']) => parameters.filter((one) => one.in === where);
  const pathValues = fc.tuple(
    ...of('path').map(({ name, schema }) =>
      fc.tuple(mostly, fc.nat(), valuesOf(schema, components)).map(([real, which, value]) => {
        const ids = idsOf(resource);
        const known = name === 'id' && real && ids.length > 0;
        return [name, known ? ids[which % ids.length] : textOf(value)] as const;
      }),
    ),
  );
  const query = fc.record(
    Object.fromEntries(of('query').map(({ name, schema }) => [name, valuesOf(schema, components)])),
    { requiredKeys: of('query').flatMap(({ name, required }) => (required ? [name] : [])) },
  );
  const right = almostRight(`${method.toUpperCase()} ${path}`);
  const media = Object.entries(operation.requestBody?.content ?? {});
  const bodies: fc.Arbitrary<{ media: string | null; body: unknown }> =
    media.length === 0
      ? fc.constant({ media: null, body: undefined })
      : fc.oneof(
          ...media.map(([type, { schema = {} }]) =>
            valuesOf(schema, components).map((body) => ({ media: type, body })),
          ),
          hostile.map((body) => ({ media: 'application/json', body })),
          ...(right === null
            ? []
            : [right, right].map((one) => one.map((body) => ({ media: 'application/json', body })))),
        );
  const key = fc.option(fc.constantFrom('a key', 'another', 'x'.repeat(255), 'x'.repeat(300), ''), {
    freq: 6,
  });
  return fc.tuple(pathValues, query, bodies, key).map(([values, query, { media, body }, key]) => {
    const filled = values.reduce(
      (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(textOf(value).toWellFormed())),
      path,
    );
    const headers: Record<string, string> = key === null ? {} : { 'idempotency-key': key };
    return { name: `${method.toUpperCase()} ${path}`, method, path: filled, query, headers, body, media };
  });
}

function judgeOf(ajv: Ajv2020, { responses }: Operation): Judge {
  const validators = new Map<string, ValidateFunction>();
  const validatorOf = (key: string, schema: Schema): ValidateFunction => {
    const text = JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components');
    const made = validators.get(key) ?? ajv.compile(JSON.parse(text));
    validators.set(key, made);
    return made;
  };
  return (status, contentType, text) => {
    if (status >= 500) return `${status}: ${text.slice(0, 300)}`;
    const documented = responses[status] ?? responses[`${String(status)[0]}XX`];
    if (documented === undefined) return `the status ${status} is not in the document`;
    const [type = ''] = contentType.split(';');
    const media = documented.content?.[type];
    if (text === '' || (documented.content === undefined && type === '')) return null;
    if (media === undefined)
      return `a reply ${status} of type ${contentType || 'none'} is not in the document`;
    if (type !== 'application/json' || media.schema === undefined) return null;
    const validate = validatorOf(`${status} ${type}`, media.schema);
    if (validate(JSON.parse(text))) return null;
    return `the reply ${status} is not as the document says: ${ajv.errorsText(validate.errors)}: ${text.slice(0, 300)}`;
  };
}
