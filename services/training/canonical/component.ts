// A layer, loss, optimizer or scheduler under its registered name.

import { type ArgsShape, type Component, type Registry, schemaOf } from '../model/component.ts';
import type { KindAliases } from './aliases.ts';
import type { Interpretations } from './interpretations.ts';
import { canonicalName } from './names.ts';
import { withTextValues } from './text-values.ts';

export interface Kind {
  readonly registry: Registry<Component>;
  readonly aliases: KindAliases;
  /** Keys that every component of the kind takes besides its own arguments. */
  readonly common: ArgsShape;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The definition that a component names, in any accepted spelling; null if it names none. */
export function definitionOf({ registry, aliases }: Kind, given: unknown): Component | null {
  const type = isObject(given) ? given.type : given;
  if (typeof type !== 'string') return null;
  const known = new Set(registry.members.keys());
  return registry.members.get(canonicalName(type, known, aliases.types, aliases.endings) ?? '') ?? null;
}

/** Unknown components are returned as they are; whoever reads them refuses them. */
export function canonicalComponent(
  kind: Kind,
  given: unknown,
  path: string,
  interpretations: Interpretations,
): unknown {
  const definition = definitionOf(kind, given);
  if (definition === null) return given;
  const { type } = definition;
  if (typeof given === 'string') {
    if (given !== type) interpretations.add(path, given, type);
    return type;
  }
  const object = given as Record<string, unknown>;
  if (object.type !== type) interpretations.add(`${path}.type`, object.type, type);
  const named = { ...withKeys(kind, definition, object, path, interpretations), type };
  return withTextValues(schemaOf(definition, kind.common), named, path, interpretations);
}

/** The object with its arguments under torch's names; an argument given under both names is left as is, to be refused later. */
function withKeys(
  { aliases, common }: Kind,
  { type, args }: Component,
  given: Record<string, unknown>,
  path: string,
  interpretations: Interpretations,
): Record<string, unknown> {
  const table: Readonly<Record<string, string>> = { ...aliases.args['*'], ...aliases.args[type] };
  const entries = Object.entries(given).map(([key, value]): [string, unknown] => {
    if (Object.hasOwn(args, key) || Object.hasOwn(common, key)) return [key, value];
    if (!Object.hasOwn(table, key)) return [key, value];
    const name = table[key]!;
    if (!Object.hasOwn(args, name) || Object.hasOwn(given, name)) return [key, value];
    interpretations.add(`${path}.${key}`, key, name);
    interpretations.moved(`${path}.${key}`, `${path}.${name}`);
    return [name, value];
  });
  return Object.fromEntries(entries);
}
