// What layers, losses and optimizers have in common: a torch class name, arguments with torch's names and defaults, one line of help, and
// lookup by name. A registry is built from a list of definitions.

import { z } from 'zod';
import type { Detail } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import { didYouMean, nearest } from '#contracts/nearest.ts';
import { detailsOf } from '#contracts/problems.ts';

export type ArgsShape = Record<string, z.ZodType>;

export interface Component {
  /** torch's class name. */
  readonly type: string;
  /** One line for the catalog. */
  readonly help: string;
  /** torch's arguments by name, each with its default. */
  readonly args: ArgsShape;
}

export type Args<S extends ArgsShape> = { [K in keyof S]: z.output<S[K]> };

export interface Registry<D extends Component> {
  /** What its members are, in the singular: "layer". */
  readonly kind: string;
  readonly members: ReadonlyMap<string, D>;
}

export function registry<D extends Component>(kind: string, definitions: readonly D[]): Registry<D> {
  return { kind, members: new Map(definitions.map((definition) => [definition.type, definition])) };
}

export interface Named<D> {
  readonly definition: D;
  readonly args: Record<string, unknown>;
  /** Given values of the keys that all members of the registry share. */
  readonly common: Record<string, unknown>;
}

export interface Read<T> {
  readonly details: Detail[];
  /** Null if unreadable. Together with details, it is a guess at what was meant. */
  readonly value: T | null;
}

/**
 * Reads a component of a request: a class name, or an object of type and arguments. Reports all errors. An unknown type is replaced by the
 * closest known one, if any, so that the rest is checked in the same round.
 */
export function readComponent<D extends Component>(
  { kind, members }: Registry<D>,
  input: unknown,
  path: string,
  common: ArgsShape = {},
): Read<Named<D>> {
  const given = typeof input === 'string' ? { type: input } : input;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    const message = `must be a class name, or an object such as {"type": "${[...members.keys()][0]}"}`;
    return { details: [{ param: path, code: 'invalid_type', message }], value: null };
  }
  const { type } = given as { type?: unknown };
  const typePath = typeof input === 'string' ? path : `${path}.type`;
  if (typeof type !== 'string') {
    const code = type === undefined ? 'missing' : 'invalid_type';
    const message = `${type === undefined ? 'is needed' : 'must be text'}: the class name of the ${kind}, one of ${catalogueOf(kind)}`;
    return { details: [{ param: typePath, code, message }], value: null };
  }
  const known = [...members.keys()];
  const details: Detail[] = [];
  let definition = members.get(type);
  if (definition === undefined) {
    const message = `unknown ${kind} ${JSON.stringify(type.slice(0, 100))}; ${didYouMean(type.slice(0, 100), known, catalogueOf(kind))}`;
    details.push({ param: typePath, code: `unknown_${kind}`, message });
    definition = members.get(nearest(type.slice(0, 100), known) ?? '');
    if (definition === undefined) return { details, value: null };
  }
  const schema = schemaOf(definition, common);
  const parsed = schema.safeParse({ ...given, type: definition.type });
  if (!parsed.success) {
    // Errors in the arguments are only worth reporting if the type is certain.
    if (details.length === 0) details.push(...detailsOf(parsed.error, schema, path, given));
    return { details, value: null };
  }
  const { type: _, ...read } = parsed.data as Record<string, unknown>;
  const entries = Object.entries(read);
  const args = Object.fromEntries(entries.filter(([key]) => key in definition.args));
  const shared = Object.fromEntries(entries.filter(([key]) => !(key in definition.args)));
  return { details, value: { definition, args, common: shared } };
}

/** The route that lists all members of a registry. */
export function catalogueOf(kind: string): string {
  return `GET /catalog/${kind === 'loss' ? 'losses' : `${kind}s`}`;
}

/** Schema of the whole object, for reading and for the catalog. */
export function schemaOf(definition: Component, common: ArgsShape = {}) {
  return z.strictObject({
    type: z.literal(definition.type),
    ...common,
    ...definition.args,
  });
}

/** Reports a problem inside a component: the argument (or null for the whole), and why. */
export type Refuse = (argument: string | null, message: string, code?: string) => void;

export function refuseAt(details: Detail[], path: string, prefix = ''): Refuse {
  return (argument, message, code = 'does_not_fit') => {
    const param = argument === null ? path : `${path}.${argument}`;
    details.push({ param, code, message: `${prefix}${message}` });
  };
}

/** A size such as in_features: a positive, bounded integer. */
export function size(what: string) {
  const limit = LIMITS.size;
  return z
    .int({ error: 'must be a whole number' })
    .min(1, { error: 'must be at least 1' })
    .max(limit, { error: `must be at most ${limit}, the limit of one size` })
    .describe(what);
}
