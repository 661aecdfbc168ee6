// Chromium as the tests drive it: the machine's own, or the one that npm brings.

import { existsSync, readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/google-chrome'];
const AXE = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');

export async function openBrowser(): Promise<Browser> {
  const system = SYSTEM.find((file) => existsSync(file));
  if (system !== undefined) return chromium.launch({ executablePath: system, args: ['--no-sandbox'] });
  const { default: packed } = await import('@sparticuz/chromium');
  return chromium.launch({ executablePath: await packed.executablePath(), args: packed.args });
}

export interface Watched {
  page: Page;
  /** What the console complained of: refusals of the content security policy are among it. */
  complaints: string[];
  /** Requests that went to another origin. */
  elsewhere: string[];
}

export async function openPage(browser: Browser, url: string, dark = false): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    colorScheme: dark ? 'dark' : 'light',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
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

/** What axe-core finds against WCAG A and AA, one line each. It runs beside the page, outside of its policy. */
export async function accessibility(page: Page): Promise<string[]> {
  const tags = '["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa"]';
  const script = `${AXE}; axe.run(document, { runOnly: ${tags} }).then((r) => r.violations)`;
  const found = (await page.evaluate(script)) as Finding[];
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}
