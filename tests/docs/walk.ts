// Runs the commands of docs/walk.md block by block in one shell, and compares their output with the page. `npx node tests/docs/walk.ts`
// rewrites the page with the current output.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bareEnvironment, startService } from '../e2e/service.ts';

export const PAGE = 'docs/walk.md';
const BLOCK = /```sh\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g;
/** Printed between the outputs of two blocks. */
const BETWEEN = '\x1e';

export interface Step {
  commands: string;
  /** The output that the page shows for them. */
  told: string;
  printed: string;
}

export async function walk(): Promise<Step[]> {
  const blocks = [...(await readFile(PAGE, 'utf8')).matchAll(BLOCK)];
  const dir = await mkdtemp(path.join(tmpdir(), 'epochd-walk-'));
  try {
    // Looks like a checkout, but writes do not reach the real one.
    for (const name of ['examples', 'package.json', 'node_modules', 'bin', 'services']) {
      await symlink(path.resolve(name), path.join(dir, name));
    }
    await using service = await startService();
    const lines = blocks.map(([, commands]) => `${commands}printf '${BETWEEN}'\n`).join('');
    // Stands in for npx, which would resolve to this in a checkout.
    const script = lines.replaceAll('npx epochd', `${process.execPath} bin/epochd.js`);
    const env = { ...bareEnvironment(), EPOCHD_URL: service.url };
    const shell = spawn('bash', ['-euo', 'pipefail', '-c', `exec 2>&1\n${script}`], { cwd: dir, env });
    let output = '';
    shell.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    const code = await new Promise((resolve) => shell.once('close', resolve));
    if (code !== 0) throw new Error(`the walk ended with ${code}:\n${output.replaceAll(BETWEEN, '---\n')}`);
    const printed = output.replaceAll(service.url, 'http://127.0.0.1:3000').split(BETWEEN);
    return blocks.map(([, commands, told], i) => ({
      commands: commands!,
      told: told!,
      printed: printed[i]!,
    }));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  const steps = await walk();
  let at = 0;
  const page = (await readFile(PAGE, 'utf8')).replace(BLOCK, (_, commands: string) => {
    const { printed } = steps[at++]!;
    return `\`\`\`sh\n${commands}\`\`\`\n\n\`\`\`text\n${printed.trimEnd()}\n\`\`\``;
  });
  await writeFile(PAGE, page);
}
