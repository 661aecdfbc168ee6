// The README's commands, run in a shell exactly as printed.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bareEnvironment, type Service, startService } from './service.ts';

const shell = promisify(execFile);
let service: Service;

beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** The commands of the block, each with the comment above it, changed only in the port. */
function blockAfter(heading: string): string {
  const text = readFileSync('README.md', 'utf8');
  const lines = text.slice(text.indexOf(heading)).split('```sh\n')[1]?.split('\n```')[0] ?? '';
  expect(lines).toContain('http://127.0.0.1:3000');
  return lines.replaceAll('127.0.0.1:3000', new URL(service.url).host);
}

test('the curl lines work as printed, the WebSocket line included', async () => {
  const script = blockAfter('## By hand').replaceAll(/^#/gm, 'echo; echo "--" #');
  const { stdout, stderr } = await shell('sh', ['-eu', '-c', script], {
    env: bareEnvironment(),
    timeout: 60_000,
  });
  expect(stderr).toBe('');
  const [, , , validated, , streamed, asked, also] = stdout.split(/^--$/m).map((part) => part.trim());
  expect(JSON.parse(validated as string)).toMatchObject({ object: 'model.report', parameters: 2850 });

  const events = (streamed as string).split('\n').map((line) => JSON.parse(line));
  expect(events.map((event) => event.seq)).toEqual(events.map((_, i) => i + 1));
  expect(events.filter((event) => event.type === 'metrics')).toHaveLength(10);
  expect(events.at(-1)).toMatchObject({ type: 'done', data: { status: 'succeeded' } });

  const answers = (asked as string).replaceAll('}{', '}\n{').split('\n');
  expect(JSON.parse(answers[0] as string)).toMatchObject({ object: 'job', status: 'succeeded' });
  expect(JSON.parse(answers[1] as string).predictions[0]).toMatchObject({
    label: expect.stringMatching(/inside|outside/),
  });

  // It is listed, and then deleted.
  expect(also).toMatch(/^-?.*"object":"list","data":\[{"id":"job_/m);
  expect(await (await fetch(`${service.url}/jobs`)).json()).toMatchObject({ data: [] });
});

test('a line whose request is refused shows the reply and fails, even if only an id is extracted from it', async () => {
  const [, ask] = /^(ask\(\) \{[\s\S]*?^\})$/m.exec(blockAfter('## By hand'))!;
  const line = "ID=$(ask /jobs -H 'content-type: application/json' -d '{}'); echo \"got $ID\"";
  const ran = shell('sh', ['-eu', '-c', `${ask}\n${line}`], { env: bareEnvironment() });
  await expect(ran).rejects.toMatchObject({ stdout: '', stderr: expect.stringContaining('"param":"model"') });
});
