// Drives Chromium for the tests.

import { readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from './chromium.ts';

const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

/** How long a page may take to show what a test waits for: not a performance bound, only a limit on hanging. */
export const PATIENCE_MS = 60_000;

export async function openBrowser(): Promise<Browser> {
  return chromium.launch(await findChromium());
}

export interface Watched {
  page: Page;
  /** Console errors, including violations of the content security policy. */
  complaints: string[];
  /** Requests to other origins. */
  elsewhere: string[];
}

export async function openPage(browser: Browser, url: string): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (/^(http|ws)/.test(protocol) && origin !== new URL(url).origin) elsewhere.push(request.url());
  });
  await page.goto(url);
  return { page, complaints, elsewhere };
}

interface Finding {
  id: string;
  impact: string | null;
  nodes: { target: string[]; failureSummary?: string }[];
}

/** axe-core's violations of WCAG A and AA, one line each. It is evaluated outside the page's content security policy. */
export async function accessibility(page: Page): Promise<string[]> {
  const tags = '["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa"]';
  const script = `${AXE}; axe.run(document, { runOnly: ${tags} }).then((r) => r.violations)`;
  const found = (await page.evaluate(script)) as Finding[];
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}
