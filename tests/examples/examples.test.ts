// Every example against a real service, judged on data that its network has never seen.

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, type Verdict } from '../../examples/example.ts';
import { examples } from '../../examples/index.ts';
import { openScreen } from '../../services/cli/terminal/screen.ts';
import { launch, type Service, startService } from '../e2e/service.ts';

/** How good each must be, compared with its baseline. */
const JUDGED: Record<string, (verdict: Verdict) => void> = {
  perceptron: ({ value }) => expect(value).toBeGreaterThan(0.95),
  'logistic-regression': ({ value, baseline }) => expect(value).toBeGreaterThan(baseline + 0.25),
  regression: ({ value, baseline }) => expect(value).toBeLessThan(baseline / 15),
  mlp: ({ value }) => expect(value).toBeGreaterThan(0.9),
  'titanic-like': ({ value, baseline }) => expect(value).toBeGreaterThan(baseline + 0.12),
  forecast: ({ value, baseline }) => expect(value).toBeLessThan(baseline / 2),
  residual: ({ value }) => expect(value).toBeGreaterThan(0.95),
  cnn: ({ value }) => expect(value).toBeGreaterThan(0.95),
  images: ({ value }) => expect(value).toBeGreaterThanOrEqual(0.97),
  'series-rnn': ({ value, baseline }) => expect(value).toBeLessThan(baseline / 2),
  'series-lstm': ({ value, baseline }) => expect(value).toBeLessThan(baseline / 2),
  'series-gru': ({ value, baseline }) => expect(value).toBeLessThan(baseline / 2),
  'text-classes': ({ value }) => expect(value).toBeGreaterThan(0.9),
  generate: ({ value, baseline }) => expect(value).toBeGreaterThan(2 * baseline),
  gpt: ({ value, baseline }) => expect(value).toBeGreaterThan(2 * baseline),
};

describe('the example', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService();
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  test.each(Object.entries(examples))(
    '%s trains, and shows its result',
    { timeout: 60_000 },
    async (name, one) => {
      let text = '';
      const verdict = await run(one, service.client, openScreen({ write: (part) => (text += part) }));
      expect(text.match(/^Epoch \[\d+\/\d+\], Loss: \d+\.\d{4}/gm)).toHaveLength(one.job.training.epochs!);
      expect(text).toMatch(/┤[\u2800-\u28ff]{60}\n/);
      expect(text).toContain(`${verdict.what}: ${verdict.value.toFixed(3)}`);
      JUDGED[name]!(verdict);
    },
  );
});

describe('npm run example', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'epochd-tests-example-'));
  });
  afterAll(async () => {
    await rm(dir, { recursive: true, force: true });
  });

  /** Has its own temporary directory, in which nothing may be left behind. */
  async function start(...args: string[]): Promise<{ code: number | null; output: string }> {
    const { output, exited } = launch({
      command: [process.execPath, 'examples/main.ts', ...args],
      env: { TMPDIR: dir },
    });
    const code = await exited;
    expect((await readdir(dir)).filter((name) => name.startsWith('epochd-'))).toEqual([]);
    return { code, output: output() };
  }

  test('lists them all', async () => {
    const { code, output } = await start();
    for (const [name, { about }] of Object.entries(examples)) {
      expect(output).toContain(`  ${name.padEnd(20)} ${about}\n`);
    }
    expect(output.split('\n').filter((line) => line.startsWith('  '))).toHaveLength(
      Object.keys(examples).length,
    );
    expect(code).toBe(0);
  });

  test('suggests the nearest name', async () => {
    const { code, output } = await start('gpt2');
    expect(output).toMatch(/There is no example "gpt2"; did you mean "gpt"\?/);
    expect(output).toContain('npm run example -- NAME');
    expect(code).toBe(1);
  });

  test('runs one by name, and leaves nothing behind', async () => {
    const { code, output } = await start('perceptron');
    expect(output).toMatch(/^Accuracy on 100 points it has never seen: 0\.9/m);
    expect(code).toBe(0);
  });
});
