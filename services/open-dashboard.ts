// Builds the dashboard for the API to serve. The API works without it: if it cannot be built, that is only logged.

import type { Logger } from 'pino';
import type { StaticFile } from '#contracts/static-file.ts';

export async function openDashboard(log: Pick<Logger, 'warn'>): Promise<readonly StaticFile[]> {
  try {
    // Loaded here, because the package that bundles it may be missing where only the API was installed.
    const { buildDashboard } = await import('./dashboard/build.ts');
    return await buildDashboard();
  } catch (error) {
    log.warn({ err: error }, 'the dashboard could not be built; the API works without it');
    return [];
  }
}
