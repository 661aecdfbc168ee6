// Query strings: `metadata.team=blue` (or metadata[team]=blue) becomes an entry of an object, a repeated key a list.

import { parse } from 'node:querystring';

const ENTRY = /^([a-z_]+)(?:\.(.+)|\[(.+)\])$/s;

export function parseQueryString(text: string): Record<string, unknown> {
  const query: Record<string, unknown> = Object.create(null);
  const objects = new Map<string, Record<string, unknown>>();
  for (const [name, value] of Object.entries(parse(text))) {
    const [, object, dotted, bracketed] = ENTRY.exec(name) ?? [];
    const key = dotted ?? bracketed;
    if (object === undefined || key === undefined) {
      query[name] = value;
      continue;
    }
    const entries = objects.get(object) ?? Object.create(null);
    entries[key] = value;
    objects.set(object, entries);
  }
  for (const [name, entries] of objects) query[name] = { ...entries };
  return query;
}
