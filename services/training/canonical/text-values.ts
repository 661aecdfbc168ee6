// Numbers and booleans sent as text ("0.001", "True"), for schemas that accept only the value itself: forms and environment variables send
// text.

import type { z } from 'zod';
import { formatPath } from '#contracts/problems.ts';
import type { Interpretations } from './interpretations.ts';

type Path = readonly PropertyKey[];

const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const WORDS: Readonly<Record<string, boolean>> = { true: true, True: true, false: false, False: false };

/** The value that a text spells, or undefined. */
function written(text: unknown): number | boolean | undefined {
  if (typeof text !== 'string' || text.length > 40) return undefined;
  if (Object.hasOwn(WORDS, text)) return WORDS[text];
  return DECIMAL.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** `given` with texts that the schema refuses replaced by their values, if the schema takes a value of that type there. */
export function withTextValues(
  schema: z.ZodType,
  given: Record<string, unknown>,
  root: string,
  interpretations: Interpretations,
): Record<string, unknown> {
  const refused = issuesOf(schema, given);
  const candidates = [...refused.values()].flatMap((path) => {
    const from = at(given, path);
    const to = written(from);
    return to === undefined ? [] : [{ path, from, to }];
  });
  if (candidates.length === 0) return given;
  const replaced = candidates.reduce((whole, { path, to }) => withAt(whole, path, to), given as unknown);
  // A value of the right type may still be out of range: keep it, so that the error is about its size.
  const kind = issuesOf(schema, replaced as Record<string, unknown>, true);
  const kept = candidates.filter(({ path }) => !kind.has(keyOf(path)));
  for (const { path, from, to } of kept) interpretations.add(formatPath(path, root), from, to);
  return kept.reduce((whole, { path, to }) => withAt(whole, path, to), given as unknown) as Record<
    string,
    unknown
  >;
}

const keyOf = (path: Path) => JSON.stringify(path.map(String));

/** The paths that the schema refuses, including those within the branches of a union. */
function issuesOf(schema: z.ZodType, given: Record<string, unknown>, onlyTypes = false): Map<string, Path> {
  const { error } = schema.safeParse(given);
  const found = new Map<string, Path>();
  const visit = (issues: readonly z.core.$ZodIssue[], before: Path) => {
    for (const issue of issues) {
      const path = [...before, ...issue.path];
      if (issue.code === 'invalid_union') {
        found.set(keyOf(path), path);
        for (const branch of issue.errors) visit(branch, path);
      } else if (!onlyTypes || issue.code === 'invalid_type' || issue.code === 'invalid_value') {
        found.set(keyOf(path), path);
      }
    }
  };
  visit(error?.issues ?? [], []);
  return found;
}

function at(value: unknown, path: Path): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<PropertyKey, unknown>)[key];
  }
  return here;
}

function withAt(value: unknown, [key, ...rest]: Path, to: unknown): unknown {
  if (key === undefined) return to;
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? withAt(item, rest, to) : item));
  const object = value as Record<PropertyKey, unknown>;
  return { ...object, [key]: withAt(object[key], rest, to) };
}
