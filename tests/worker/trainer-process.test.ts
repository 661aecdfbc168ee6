// Real trainers: how they end, and that they never outlive their parent.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { encodeTable } from '#training/data/table.ts';
import { describeExit, startTrainer, type Trainer } from '../../services/worker/trainer-process.ts';
import { isRunning } from '../e2e/service.ts';
import { newSpec } from '../support/jobs.ts';
import { until } from '../support/until.ts';
import { trainFrom, weightsFile, weightsJob, weightsTable } from '../training/weights-job.ts';

let trainer: Trainer | null = null;
afterEach(async () => {
  await trainer?.kill();
  trainer = null;
});

describe('the exit of a trainer', () => {
  const stack = [
    'node:internal/modules/run_main:107',
    '    triggerUncaughtException(',
    '    ^',
    '',
    'RangeError: Array buffer allocation failed',
    '    at new ArrayBuffer (<anonymous>)',
    '',
    'Node.js v24.21.0',
    '',
  ].join('\n');

  test('is reported with the error, without what Node prints around it', () => {
    expect(describeExit(1, null, stack)).toBe(
      'the trainer process exited with code 1; its last output: RangeError: Array buffer allocation failed',
    );
  });

  test('is reported with the signal', () => {
    expect(describeExit(null, 'SIGSEGV', '')).toBe('the trainer process was terminated by SIGSEGV');
    expect(describeExit(null, 'SIGKILL', '')).toContain('out of memory');
  });

  test('is reported with the last line if none looks like an error', () => {
    expect(describeExit(134, null, 'one\ntwo\n\n')).toContain('its last output: two');
  });
});

describe('a trainer', () => {
  test.each([1, 2])(
    'with %d threads starts from a weights file, and writes the same model as a run in this process',
    async (threads) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'epochd-trainer-'));
      try {
        const file = (name: string) => path.join(folder, name);
        await writeFile(file('table'), encodeTable(weightsTable()));
        await writeFile(file('weights'), weightsFile('weights-torch'));
        trainer = startTrainer(undefined, { threads });
        const assignment = {
          adapter: null,
          table: file('table'),
          weights: file('weights'),
          checkpoint: file('checkpoint'),
          models: { last: file('model'), best: file('best') },
        };
        const outcome = await trainer.train({ spec: await weightsJob(0.05), ...assignment }, () => {});
        expect(outcome).toMatchObject({ type: 'end', outcome: 'completed' });
        const here = await trainFrom(weightsFile('weights-torch'), 0.05);
        expect(await readFile(file('model'))).toEqual(Buffer.from(here.model));
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );

  test('reports a table that it cannot read, and keeps running', async () => {
    trainer = startTrainer();
    const outcome = await trainer.train(
      {
        spec: newSpec('ds_1'),
        adapter: null,
        table: '/nowhere',
        checkpoint: '/nowhere',
        models: { last: '/nowhere', best: '/nowhere' },
      },
      () => {},
    );
    expect(outcome).toMatchObject({
      type: 'failed',
      reason: 'internal',
      message: expect.stringContaining('ENOENT'),
    });
  });

  test('that was killed is reported as crashed, even to a later call', async () => {
    trainer = startTrainer();
    await trainer.ready;
    await trainer.kill();
    const outcome = await trainer.train(
      { spec: newSpec('ds_1'), adapter: null, table: '', checkpoint: '', models: { last: '', best: '' } },
      () => {},
    );
    expect(outcome).toMatchObject({ type: 'crashed', message: expect.stringContaining('SIGKILL') });
  });

  test('ignores the signals of a terminal', async () => {
    trainer = startTrainer();
    await trainer.ready;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.kill(trainer.pid as number, signal);
    const outcome = await trainer.train(
      {
        spec: newSpec('ds_1'),
        adapter: null,
        table: '/nowhere',
        checkpoint: '/nowhere',
        models: { last: '/nowhere', best: '/nowhere' },
      },
      () => {},
    );
    expect(outcome).toMatchObject({ type: 'failed' });
  });

  test.each(['waits', 'spins'])('that %s ends when its parent is killed with SIGKILL', async (what) => {
    const program = fileURLToPath(
      new URL(
        what === 'waits' ? '../../services/worker/trainer/main.ts' : './spinning-trainer.ts',
        import.meta.url,
      ),
    );
    const parent = spawn(process.execPath, [
      '--input-type=module-typescript',
      '-e',
      `import { startTrainer } from '${new URL('../../services/worker/trainer-process.ts', import.meta.url).href}';
       const trainer = startTrainer(${JSON.stringify(program)});
       await trainer.ready;
       console.log(trainer.pid);`,
    ]);
    const pid = await new Promise<number>((resolve) =>
      parent.stdout.once('data', (text) => resolve(Number(text))),
    );
    expect(isRunning(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => (isRunning(pid) ? null : true), 10_000);
  });
});
