// `npm run openapi`: writes openapi.yaml from the routes as they run. It needs no database.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Store } from '#store/store.ts';
import { buildApp } from './app.ts';

const FILE = join(import.meta.dirname, '..', '..', 'openapi.yaml');

/** Builds the routes over a stub store that is never queried. */
export async function exportOpenApi(): Promise<string> {
  const unused = new Proxy({} as Store, { get: () => ({}) });
  const app = await buildApp({
    store: unused,
    config: { host: '127.0.0.1', production: false, apiKey: null },
  });
  try {
    return `# Made by \`npm run openapi\` from the running routes; do not edit.\n${stringify(app.swagger(), { lineWidth: 110, aliasDuplicateObjects: false })}`;
  } finally {
    await app.close();
  }
}

if (import.meta.main) await writeFile(FILE, await exportOpenApi());
