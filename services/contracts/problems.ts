// Turns zod's issues into the API's error details: paths in the caller's terms, unknown keys with the nearest known one.

import type { z } from 'zod';
import type { Detail } from './errors.ts';
import { didYouMean } from './nearest.ts';

type Path = readonly PropertyKey[];

const MAX_KEYS = 100;
const MAX_KEY = 100;

/** As in `model.layers[3].in_features`. */
export function formatPath(path: Path, root = ''): string {
  let out = root;
  for (const key of path) {
    if (typeof key === 'number') out += `[${key}]`;
    else if (/^[A-Za-z_$][\w$]*$/.test(String(key))) out += out === '' ? String(key) : `.${String(key)}`;
    else out += `[${JSON.stringify(String(key))}]`;
  }
  return out === '' ? 'body' : out;
}

/** The keys of the object schema at `path`; empty if the schema there is not an object's. */
function knownKeys(schema: unknown, path: Path): string[] {
  return Object.keys((schemaAt(schema, path).schema?._zod?.def.shape as object | undefined) ?? {});
}

type Schema = { _zod?: { def: Record<string, unknown> }; description?: string };

/** The schema at `path`, through objects and arrays, stripped of wrappers such as defaults, and its description. */
function schemaAt(schema: unknown, path: Path): { schema?: Schema | undefined; description?: string } {
  let here = schema as Schema | undefined;
  const unwrap = () => {
    while (here?._zod !== undefined) {
      const def = here._zod.def;
      if (def.innerType === undefined) return;
      here = def.innerType as typeof here;
    }
  };
  for (const key of path) {
    unwrap();
    const def = here?._zod?.def;
    if (def === undefined) return {};
    if (def.type === 'array') here = def.element as typeof here;
    else here = (def.shape as Record<string, typeof here> | undefined)?.[String(key)];
  }
  const description = here?.description;
  unwrap();
  return { schema: here, ...(description === undefined ? {} : { description }) };
}

/** Whether `given` has no value at `path`. */
function isMissing(given: unknown, path: Path): boolean {
  if (path.length === 0) return false;
  let here = given;
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return false;
    here = Object.hasOwn(here, key) ? (here as Record<PropertyKey, unknown>)[key] : undefined;
  }
  return here === undefined;
}

function describe(issue: z.core.$ZodIssue, schema: z.ZodType, root: string, given: unknown): Detail[] {
  if (isMissing(given, issue.path)) {
    const { description } = schemaAt(schema, issue.path);
    const message = description === undefined ? 'is needed' : `is needed: ${description}`;
    return [{ param: formatPath(issue.path, root), code: 'missing', message }];
  }
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path);
    // Finding near names takes time, so a body with a million wrong keys, or with one a megabyte long, is cut short.
    return issue.keys.slice(0, MAX_KEYS).map((given) => {
      const key = given.length > MAX_KEY ? `${given.slice(0, MAX_KEY)}…` : given;
      return {
        param: formatPath([...issue.path, key], root),
        code: 'unknown_key',
        message: `unknown key ${JSON.stringify(key)}; ${didYouMean(key, known)}`,
      };
    });
  }
  if (issue.code === 'invalid_union') {
    // The branch that got furthest is most likely the one the caller meant.
    const branches = issue.errors
      .map((branch) => branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })))
      .sort(
        (a, b) => Math.max(0, ...b.map((i) => i.path.length)) - Math.max(0, ...a.map((i) => i.path.length)),
      );
    const deepest = branches[0];
    if (deepest?.some((inner) => inner.path.length > issue.path.length)) {
      return deepest.flatMap((inner) => describe(inner as z.core.$ZodIssue, schema, root, given));
    }
    const wanted = issue.errors.flatMap((branch) => branch.map((inner) => inner.message));
    const message = wanted.length === 0 ? issue.message : [...new Set(wanted)].join('; or ');
    return [{ param: formatPath(issue.path, root), code: 'invalid_type', message }];
  }
  return [{ param: formatPath(issue.path, root), code: issue.code ?? 'invalid', message: issue.message }];
}

/** Every problem of a failed parse, in the order of the request; with `given`, absent values are reported as missing. */
export function detailsOf(error: z.ZodError, schema: z.ZodType, root = '', given: unknown = null): Detail[] {
  return error.issues.flatMap((issue) => describe(issue, schema, root, given));
}
