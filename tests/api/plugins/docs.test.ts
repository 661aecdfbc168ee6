import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../../services/api/context.ts';
import { bareApp } from '../bare-app.ts';

let app: App;
beforeAll(async () => {
  app = await bareApp();
});
afterAll(() => app.close());

describe('the docs page', () => {
  it('loads nothing from other hosts', async () => {
    const page = await app.inject('/docs/');
    expect(page.statusCode).toBe(200);
    const needed = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
    expect(needed.length).toBeGreaterThan(4);
    for (const url of needed) {
      expect(url).not.toMatch(/^(https?:)?\/\//);
      const asset = await app.inject(new URL(url, 'http://localhost/docs/').pathname);
      expect(asset.statusCode, url).toBe(200);
    }
  });

  it('renders the document at /openapi.json', async () => {
    const document = await app.inject('/docs/json');
    expect(document.json()).toEqual((await app.inject('/openapi.json')).json());
  });
});
