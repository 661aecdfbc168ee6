// Generates values from a JSON Schema: most of them valid, some with one part replaced, because a request with one error gets further than
// one that is wrong everywhere.

import fc from 'fast-check';

export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  prefixItems?: Schema[];
  minItems?: number;
  maxItems?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  format?: string;
}

export type Components = Readonly<Record<string, Schema>>;

const DEEPEST = 7;
const MOST_ITEMS = 4;

const nested = (depth: number): unknown => {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
};

/** Hostile or malformed values that clients still send. */
export const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    0.5,
    1e308,
    -1e308,
    5e-324,
    2 ** 31,
    2 ** 53,
    '',
    'NaN',
    'nul \0 here',
    'half \ud800 of a pair',
    'x'.repeat(5_000),
    '../../etc/passwd',
    "'; DROP TABLE job; --",
    '__proto__',
    [],
    {},
    [[]],
    nested(200),
    { toString: 'no', constructor: { prototype: 1 } },
    JSON.parse('{"__proto__": {"polluted": true}}'),
    'ds_00000000000000000000000000',
    'job_00000000000000000000000000',
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

export function valuesOf(schema: Schema, components: Components, depth = 0): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 24, arbitrary: plain(schema, components, depth) },
    { weight: 1, arbitrary: hostile },
  );
}

function plain(schema: Schema, components: Components, depth: number): fc.Arbitrary<unknown> {
  const { $ref, anyOf, oneOf, allOf } = schema;
  const inner = (one: Schema, further = 1) => valuesOf(one, components, depth + further);
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) as string;
    return depth > DEEPEST ? fc.constant({}) : inner(components[name] as Schema);
  }
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = anyOf ?? oneOf;
  if (choices !== undefined)
    return depth > DEEPEST ? fc.constant(null) : fc.oneof(...choices.map((one) => inner(one)));
  if (allOf !== undefined)
    return fc.tuple(...allOf.map((one) => inner(one))).map((all) => Object.assign({}, ...all));
  const types = [schema.type ?? []].flat();
  if (types.length > 1)
    return fc.oneof(...types.map((type) => plain({ ...schema, type }, components, depth)));
  switch (types[0]) {
    case 'object':
      return objects(schema, inner, depth);
    case 'array': {
      if (schema.prefixItems !== undefined) return fc.tuple(...schema.prefixItems.map((one) => inner(one)));
      if (depth > DEEPEST) return fc.constant([]);
      const minLength = Math.min(schema.minItems ?? 0, 32);
      return fc.array(inner(schema.items ?? {}), { minLength, maxLength: Math.max(minLength, MOST_ITEMS) });
    }
    case 'string':
      return strings(schema);
    case 'integer':
      return fc.integer({ min: Math.max(lowest(schema), -100), max: Math.min(highest(schema), 10_000) });
    case 'number':
      return fc.double({
        min: Math.max(lowest(schema), -1e6),
        max: Math.min(highest(schema), 1e6),
        noNaN: true,
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

const lowest = ({ minimum, exclusiveMinimum }: Schema) =>
  minimum ?? exclusiveMinimum ?? Number.NEGATIVE_INFINITY;
const highest = ({ maximum, exclusiveMaximum }: Schema) =>
  maximum ?? exclusiveMaximum ?? Number.POSITIVE_INFINITY;

function strings({ pattern, minLength = 0, maxLength = 200, format }: Schema): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (pattern !== undefined) {
    try {
      return fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, 500));
    } catch {
      // A pattern that fast-check cannot generate from: any string will do.
    }
  }
  return fc.string({ minLength, maxLength: Math.min(maxLength, Math.max(minLength, 40)), unit: 'binary' });
}

function objects(
  { properties = {}, required = [], additionalProperties }: Schema,
  inner: (schema: Schema, further?: number) => fc.Arbitrary<unknown>,
  depth: number,
): fc.Arbitrary<unknown> {
  const known = Object.entries(properties).filter(([name]) => depth <= DEEPEST || required.includes(name));
  const fixed = fc.record(Object.fromEntries(known.map(([name, schema]) => [name, inner(schema)])), {
    requiredKeys: required.filter((name) => name in properties),
  });
  const more = typeof additionalProperties === 'object' ? inner(additionalProperties) : null;
  const extra =
    more === null
      ? fc.oneof(
          { weight: 30, arbitrary: fc.constant({}) },
          { weight: 1, arbitrary: fc.dictionary(fc.string({ maxLength: 8 }), hostile, { maxKeys: 1 }) },
        )
      : fc.dictionary(fc.string({ maxLength: 8 }), more, { maxKeys: 3 });
  return fc.tuple(fixed, extra).map(([some, others]) => ({ ...(others as object), ...(some as object) }));
}
