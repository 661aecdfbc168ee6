// From the routes' schemas to the OpenAPI document.

import type { FastifyDynamicSwaggerOptions, SwaggerTransform } from '@fastify/swagger';
import type { FastifySchema } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { EXAMPLES } from './components.ts';
import { HEADERS, type Paths, tellHeaders } from './headers.ts';
import { renamed, shortNames, usedBy } from './names.ts';
import {
  endRecursion,
  nameLists,
  type Schema,
  type Schemas,
  tellDefaults,
  tellDiscriminators,
} from './readable.ts';

const DESCRIPTION = `
epochd trains neural networks: post a dataset, post a job whose model is a list of layers with PyTorch's names, follow
its epochs live, and get predictions from the trained model.

Everything is JSON in snake_case. An error is \`{"error": {"code", "message", "type", "param", "details"}}\` and names
every problem of the request at once. Lists are newest first and paged with \`limit\` and \`after\`. Every reply carries
\`x-request-id\`.
`.trim();

const RESPONSES: Record<string, string> = {
  '101': 'Switching to WebSocket; the schema of every frame',
  '200': 'OK',
  '201': 'Created; `Location` names it',
  '204': 'No content',
  '4xx': 'The request was rejected; the error lists all its problems',
  '5xx': 'Internal error; the log has it under `x-request-id`',
};

const transformZod = createJsonSchemaTransform({});
const collectComponents = createJsonSchemaTransformObject({});

interface ByContentType {
  content: Record<string, { schema: z.ZodType }>;
}

const isByContentType = (body: unknown): body is ByContentType =>
  typeof body === 'object' && body !== null && 'content' in body;

/** Adds support for bodies of several content types, which the zod transform lacks, and a description for every response. */
const transform: SwaggerTransform = (route) => {
  const { body, ...rest } = (route.schema ?? {}) as FastifySchema & { body?: unknown };
  const convert = (schema: object) => transformZod({ ...route, schema } as never);
  const done = convert(isByContentType(body) ? rest : (route.schema ?? {}));
  const schema = done.schema as { body?: unknown; response?: Record<string, object> };
  if (isByContentType(body)) {
    const content = Object.entries(body.content).map(([type, { schema: inner }]) => [
      type,
      { schema: (convert({ body: inner }).schema as { body: object }).body },
    ]);
    schema.body = { content: Object.fromEntries(content) };
  }
  for (const [status, response] of Object.entries(schema.response ?? {})) {
    schema.response![status] = { description: RESPONSES[status], ...response };
  }
  return done as ReturnType<SwaggerTransform>;
};

const METHODS = ['post', 'get', 'delete'];

/** By path, then with the methods that create before those that read. */
function sorted(paths: Paths) {
  const rank = ([method]: [string, unknown]) => METHODS.indexOf(method);
  return Object.fromEntries(
    Object.keys(paths)
      .sort()
      .map((path) => [
        path,
        Object.fromEntries(Object.entries(paths[path]!).sort((a, b) => rank(a) - rank(b))),
      ]),
  );
}

/** The type already says "integer"; the bounds of the safe integers are noise beside it. */
function withoutSafeBounds(_key: string, value: { minimum?: number; maximum?: number } | null) {
  if (value?.minimum !== Number.MIN_SAFE_INTEGER) return value;
  const { minimum: _, maximum, ...rest } = value;
  return maximum === Number.MAX_SAFE_INTEGER ? rest : { ...rest, maximum };
}

interface Document {
  components?: { schemas?: Schemas };
  paths?: Paths;
}

/** Drops unreferenced components, gives the rest one name each, and prepares them for client generators. */
function tidy({ paths = {}, components, ...document }: Document) {
  const schemas = components?.schemas ?? {};
  nameLists(paths, schemas);
  const used = usedBy(paths, schemas);
  const rename = shortNames(used, schemas);
  const named = [...used].sort().map((name): [string, Schema] => [rename(name), schemas[name]!]);
  const text = JSON.stringify({ paths: sorted(paths), schemas: Object.fromEntries(named) });
  const done = JSON.parse(renamed(text, rename), withoutSafeBounds) as { paths: Paths; schemas: Schemas };
  endRecursion(done.schemas);
  tellDefaults(done.schemas);
  tellDiscriminators(done.schemas, ['type', 'object']);
  tellHeaders(done.paths);
  for (const [name, examples] of EXAMPLES) Object.assign(done.schemas[name] ?? {}, { examples });
  return {
    ...document,
    paths: done.paths,
    components: { ...components, headers: HEADERS, schemas: done.schemas },
  };
}

export const swaggerOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'epochd',
      version: '0.1.0',
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'Link back to this document' }],
    tags: [
      { name: 'datasets', description: 'Training data' },
      { name: 'uploads', description: 'Large files in pieces, after an interruption too (tus 1.0.0)' },
      { name: 'models', description: 'Network architectures: layers as data' },
      { name: 'weights', description: 'Uploaded weights that a job can start from' },
      { name: 'jobs', description: 'Training runs: one model on one dataset' },
      { name: 'cross-validations', description: 'One job per fold of a dataset, and their combined results' },
      { name: 'webhooks', description: 'Notifications when jobs end' },
      { name: 'keys', description: 'API keys and their tenants' },
      { name: 'service', description: 'The service itself' },
    ],
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'Not needed on loopback without EPOCHD_API_KEY' },
      },
    },
    security: [{ key: [] }, {}],
  },
  transform,
  transformObject: (given) => tidy(collectComponents(given) as never),
};
