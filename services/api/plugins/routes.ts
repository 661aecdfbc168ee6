// Finds the routes: each file below routes/ has one as its default export, so a new file is a new route.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { App, Context, Route } from '../context.ts';

const FOLDER = join(import.meta.dirname, '..', 'routes');

export async function addRoutes(app: App, context: Context): Promise<void> {
  const files = (await readdir(FOLDER, { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  for (const file of files) {
    const { default: route } = (await import(pathToFileURL(join(FOLDER, file)).href)) as { default: Route };
    route(app, context);
  }
}
