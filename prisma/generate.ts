// Makes the database client, services/store/generated, from schema.prisma. `npm ci` runs it; after a change of the schema,
// `npm run prisma:generate` does. It needs no network.

import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');

function findPrisma(): string | null {
  try {
    return createRequire(import.meta.url).resolve('prisma/build/index.js');
  } catch {
    return null;
  }
}

const prisma = findPrisma();
if (prisma === null) {
  process.stderr.write(
    'services/store/generated was not made: prisma is a development dependency, and was left out of this install.\n',
  );
} else {
  // The command line insists on a schema engine, which generating does not use: any file that is there will do.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: path.join(root, 'package.json') };
  const { status, error, stdout, stderr } = spawnSync(process.execPath, [prisma, 'generate'], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  if (status !== 0) process.stderr.write(`${stdout}${stderr}`);
  process.exitCode = status ?? 1;
}
