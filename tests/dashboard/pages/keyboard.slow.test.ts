// The dashboard by keyboard only: from the list to a job to its actions, with visible focus throughout.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXAMPLES } from '../../../services/dashboard/web/examples.ts';
import { openRig, type Rig, TEST_MS } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
  const { client } = rig.service;
  const request = EXAMPLES.find(({ id }) => id === 'regression')!.make();
  for (const name of ['kept', 'doomed']) {
    const { id } = await client.jobs.create({
      ...request,
      name,
      training: { ...request.training, epochs: 3 },
    });
    await client.jobs.get(id, { wait: 60 });
  }
}, TEST_MS);
afterAll(() => rig?.[Symbol.asyncDispose](), TEST_MS);

interface Focus {
  /** Its accessible name. */
  name: string;
  /** Whether the focus indicator is visible. */
  visible: boolean;
  inDialog: boolean;
}

const LOOK = `(() => {
  const it = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(it);
  const box = it.getBoundingClientRect();
  const label = it.labels?.[0]?.textContent;
  return {
    name: (it.ariaLabel ?? label ?? it.textContent ?? '').trim(),
    visible: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2 && box.width > 0 && box.top >= 0 && box.bottom <= innerHeight,
    inDialog: it.closest('dialog') !== null,
  };
})()`;
const focus = (page: Page) => page.evaluate(LOOK) as Promise<Focus>;

/** Tabs until the element of this name has the focus, and returns every stop on the way. */
async function tabTo(page: Page, name: string): Promise<Focus[]> {
  const stops: Focus[] = [];
  while (stops.length < 100) {
    await page.keyboard.press('Tab');
    stops.push(await focus(page));
    if (stops.at(-1)!.name === name) return stops;
  }
  throw new Error(`Tab does not reach “${name}”: ${stops.map((stop) => stop.name).join(' | ')}`);
}

test(
  'Tab reaches a job in the list and its actions; a dialog traps the focus and returns it',
  async () => {
    const { page } = await rig.open();
    await page.getByRole('link', { name: 'doomed' }).waitFor();

    const [first] = await tabTo(page, 'To the content');
    expect(first).toMatchObject({ name: 'To the content', visible: true });
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    const stops = await tabTo(page, 'doomed');
    expect(stops.filter(({ visible }) => !visible)).toEqual([]);
    expect(stops.map(({ name }) => name)).toContain('New job');

    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'doomed' }).waitFor();
    await page.getByRole('button', { name: 'Delete', exact: true }).waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    const actions = await tabTo(page, 'Delete');
    expect(actions.filter(({ visible }) => !visible)).toEqual([]);
    expect(actions.map(({ name }) => name)).toEqual(['Predict', 'Weights', 'Clone and edit', 'Delete']);

    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    const kept: Focus[] = [await focus(page)];
    for (let i = 0; i < 6; i++) {
      await page.keyboard.press(i < 4 ? 'Tab' : 'Shift+Tab');
      kept.push(await focus(page));
    }
    expect(kept.filter(({ inDialog, visible }) => !inDialog || !visible)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focus(page)).toMatchObject({ name: 'Delete', visible: true });

    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await tabTo(page, 'Delete it');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'kept' }).waitFor();
    expect(await page.getByRole('link', { name: 'doomed' }).count()).toBe(0);
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.context().close();
  },
  TEST_MS,
);
