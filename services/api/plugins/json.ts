// JSON bodies: valid UTF-8 only, an empty body is no body, and a key that could modify a prototype is refused by path instead of silently
// dropped.

import plugin from 'fastify-plugin';
import { type Detail, problemOf } from '#contracts/errors.ts';
import { formatPath } from '#contracts/problems.ts';

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Finds forbidden keys. JSON.parse itself is safe: it creates them as own properties. */
function forbiddenKeys(value: unknown, path: PropertyKey[] = []): Detail[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    const forbidden =
      key === '__proto__' || (key === 'constructor' && isObject(inner) && Object.hasOwn(inner, 'prototype'));
    if (!forbidden) return forbiddenKeys(inner, here);
    return [{ param: formatPath(here), code: 'forbidden_key', message: `the key "${key}" is not allowed` }];
  });
}

/** Deeper than anything in the contract (an 8-dimensional tensor in a dataset in a job), yet safe for recursion. */
const MAX_DEPTH = 64;

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (inString) {
      if (char === 0x5c)
        i++; // a backslash escapes the next character
      else if (char === 0x22) inString = false;
    } else if (char === 0x22) inString = true;
    else if (char === 0x5b || char === 0x7b) {
      if (++depth > MAX_DEPTH) return true;
    } else if (char === 0x5d || char === 0x7d) depth--;
  }
  return false;
}

function malformed(message: string) {
  return problemOf('malformed_json', [{ param: 'body', code: 'malformed_json', message }]);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** @throws Problem if the bytes are not acceptable JSON */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) return undefined;
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    throw malformed('not valid UTF-8');
  }
  if (isTooDeep(text)) throw malformed(`nested deeper than ${MAX_DEPTH} levels`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed(`not valid JSON: ${(error as SyntaxError).message}`);
  }
  if (/"(?:_|\\u005f){2}|"constructor"|\\u00/i.test(text)) {
    const details = forbiddenKeys(value);
    if (details.length > 0) throw problemOf('invalid_request', details);
  }
  return value;
}

export const json = plugin(
  async (app) => {
    app.removeContentTypeParser(['application/json', 'text/plain']);
    app.addContentTypeParser(
      'application/json',
      { parseAs: 'buffer' },
      async (_request: unknown, body: Buffer) => parseJson(body),
    );
  },
  { name: 'json', fastify: '5.x' },
);
