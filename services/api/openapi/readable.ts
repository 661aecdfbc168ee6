// Prepares the document for client generators: named schemas appear once, unions have discriminators, and properties with a default may be
// omitted. Every function modifies plain JSON.

export interface Schema {
  $ref?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  default?: unknown;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  discriminator?: { propertyName: string; mapping: Record<string, string> };
}

export type Schemas = Record<string, Schema>;

const PREFIX = '#/components/schemas/';
export const refTo = (name: string): Schema => ({ $ref: PREFIX + name });
const nameOf = ({ $ref }: Schema): string | undefined => $ref?.slice(PREFIX.length);

/** Visits every schema and everything that contains one, outermost first. */
function walk(node: unknown, visit: (node: Record<string, unknown>) => void): void {
  if (Array.isArray(node)) for (const each of node) walk(each, visit);
  else if (typeof node === 'object' && node !== null) {
    visit(node as Record<string, unknown>);
    for (const each of Object.values(node)) walk(each, visit);
  }
}

/** Names a list of `Job` `JobList`, in every reply that has one. */
export function nameLists(paths: unknown, schemas: Schemas): void {
  walk(paths, (node) => {
    const schema = node.schema as Schema | undefined;
    const { object, data } = schema?.properties ?? {};
    const item = data?.items === undefined ? undefined : nameOf(data.items);
    if (item === undefined || (object?.const ?? object?.enum?.[0]) !== 'list') return;
    const { description: _, ...list } = schema as Schema; // it describes the reply
    schemas[`${item}List`] = list;
    node.schema = refTo(`${item}List`);
  });
}

/**
 * Moves the defaults of requests into their descriptions: a property with a default is optional, but generators that see the keyword make
 * it required. Replies have all their properties, and /catalog has the defaults as JSON Schema.
 */
export function tellDefaults(schemas: Schemas): void {
  walk(schemas, ({ properties, required = [] }) => {
    if (typeof properties !== 'object' || properties === null || !Array.isArray(required)) return;
    for (const [name, schema] of Object.entries(properties as Schemas)) {
      if (schema.default === undefined || required.includes(name)) continue;
      const { default: value, description, ...rest } = schema;
      const told = `Default: ${JSON.stringify(value)}`;
      (properties as Schemas)[name] = {
        description: description === undefined ? told : `${description}. ${told}`,
        ...rest,
      };
    }
  });
}

/** Ends recursion at arrays of the schema that contains them: most generators cannot handle a type that contains itself. */
export function endRecursion(schemas: Schemas): void {
  for (const [name, schema] of Object.entries(schemas)) {
    walk(schema, (node) => {
      const items = node.items as Schema | undefined;
      if (items !== undefined && nameOf(items) === name)
        node.items = { description: 'The same schema, recursively' };
    });
  }
}

/** Adds a discriminator to each union of named objects whose constants under one of the keys all differ. */
export function tellDiscriminators(schemas: Schemas, keys: readonly string[]): void {
  for (const union of Object.values(schemas)) {
    const names = (union.oneOf ?? []).map(nameOf);
    const members = names.map((name) => schemas[name ?? '']);
    for (const propertyName of keys) {
      const values = members
        .map((member) => member?.properties?.[propertyName])
        .map((it) => it?.const ?? it?.enum?.[0]);
      if (values.length < 2 || new Set(values).size < values.length || values.includes(undefined)) continue;
      const mapping = Object.fromEntries(values.map((value, i) => [value, PREFIX + names[i]]));
      union.discriminator = { propertyName, mapping };
    }
  }
}
