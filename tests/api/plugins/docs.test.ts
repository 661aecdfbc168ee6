import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../../services/api/context.ts';
import { bareApp } from '../bare-app.ts';

let app: App;
beforeAll(async () => {
  app = await bareApp();
});
afterAll(() => app.close());

describe('the docs page', () => {
  it('has everything it needs from here: nothing on it comes from elsewhere', async () => {
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

  it('shows the document that /openapi.json is', async () => {
    const document = await app.inject('/docs/json');
    expect(document.json()).toEqual((await app.inject('/openapi.json')).json());
  });
});
