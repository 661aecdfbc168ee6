// The fixture of the page tests: a browser, and the whole service in a process of its own.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { type Service, startService } from '../../e2e/service.ts';
import { openBrowser, openPage, type Watched } from '../browser.ts';

/** Timeout of a whole test. It waits on conditions, so it ends by itself on any machine. */
export const TEST_MS = 240_000;

export interface Rig extends AsyncDisposable {
  browser: Browser;
  /** The service that runs now; replaced after `kill`. */
  service: Service;
  /** Opens `#/…` in its own browser context. */
  open(hash?: string): Promise<Watched>;
  /** Kills the service; `start` has it back at the same address with the same data. */
  kill(): Promise<{ start(): Promise<void> }>;
}

export async function openRig(): Promise<Rig> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'epochd-pages-'));
  const start = (env: Record<string, string> = {}) =>
    startService({ dataDir, env: { LEASE_SECONDS: '2', ...env } });
  const browser = await openBrowser();
  const service = await start().catch(async (error: unknown) => {
    await browser.close();
    throw error;
  });
  const rig: Rig = {
    browser,
    service,
    open: (hash = '') => openPage(browser, `${rig.service.url}/${hash}`),
    async kill() {
      const { port } = new URL(rig.service.url);
      await rig.service.end('SIGKILL');
      return {
        async start() {
          rig.service = await start({ PORT: port });
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await rig.service[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return rig;
}
