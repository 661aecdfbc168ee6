// The artifacts of the configured service, without running it: opens its database (or starts its embedded Postgres, which fails while the
// service is using it) and listens on no port.

import { setTimeout as sleep } from 'node:timers/promises';
import { artifactsToMove, moveArtifacts } from '#store/artifacts/homes/move.ts';
import { countUndeleted, sweepObjects } from '#store/artifacts/homes/objects.ts';
import { tendHomes } from '#store/artifacts/homes/tend.ts';
import { openDatabase } from '#store/database.ts';
import { openDuties } from '#store/duties.ts';
import { startEmbeddedPostgres } from '#store/embedded-postgres/embedded-postgres.ts';
import type { ArtifactsHere, MoveOutcome } from './cli/artifacts-here.ts';
import { CliError, EXIT } from './cli/exit-codes.ts';
import { ConfigError, loadConfig } from './config.ts';
import { openLog } from './lifecycle.ts';

const PATIENCE_MS = 10_000;
/** What another process holds is tried again after a pause: killed just now, its locks go within seconds. */
const PAUSE_MS = 1_000;
const PAUSES = 20;

const inPostgres = (home: string | null) => home ?? 'Postgres';

export async function openArtifactsHere(
  env: Readonly<Record<string, string | undefined>>,
): Promise<ArtifactsHere> {
  try {
    return await open(env);
  } catch (error) {
    throw new CliError((error as Error).message, error instanceof ConfigError ? EXIT.usage : EXIT.failed);
  }
}

async function open(env: Readonly<Record<string, string | undefined>>): Promise<ArtifactsHere> {
  const { databaseUrl, dataDir, diskReserveBytes, homes, connections } = loadConfig(env);
  const log = openLog('warn');
  await using parts = new AsyncDisposableStack();
  let url = databaseUrl;
  if (url === null) {
    const postgres = await startEmbeddedPostgres({ dataDir, log });
    parts.defer(() => postgres.stop());
    url = postgres.url;
  }
  const disk = databaseUrl === null ? { directory: dataDir, reserveBytes: diskReserveBytes } : null;
  const database = await openDatabase({ url, log, patienceMs: PATIENCE_MS, disk, homes, connections });
  parts.defer(() => database.close());
  const source = { ...database, ...database.bulk };
  const opened = parts.move();
  return {
    async toMove() {
      const groups = await artifactsToMove(source);
      return groups.map((group) => ({ ...group, from: inPostgres(group.from), to: inPostgres(group.to) }));
    },

    async move(stop, watcher) {
      const outcome: MoveOutcome = { artifacts: 0, bytes: 0, failed: 0, left: 0, undeleted: 0 };
      // Frees the old locations meanwhile, like a service.
      const tending = tendHomes({ ...source, duties: openDuties(database), move: false });
      try {
        for (let pause = 0; pause <= PAUSES && !stop.aborted; pause++) {
          const before = { artifacts: outcome.artifacts, bytes: outcome.bytes };
          const { artifacts, bytes, failed } = await moveArtifacts(source, stop, {
            begins() {},
            ends() {},
            progress(moved, all) {
              const sum = (key: 'artifacts' | 'bytes', of: typeof all) => before[key] + of[key];
              watcher.progress(
                { artifacts: sum('artifacts', moved), bytes: sum('bytes', moved) },
                { artifacts: sum('artifacts', all), bytes: sum('bytes', all) },
              );
            },
            failed: (id, { message }) => watcher.failed(id, message),
          });
          outcome.artifacts += artifacts;
          outcome.bytes += bytes;
          outcome.failed = failed;
          const left = (await artifactsToMove(source)).reduce((sum, it) => sum + it.artifacts, 0);
          outcome.left = Math.max(0, left - failed);
          if (failed > 0 || outcome.left === 0) break;
          await sleep(PAUSE_MS);
        }
      } finally {
        await tending.close();
      }
      await sweepObjects(source.transaction, source.homes.byUrl, log, stop);
      outcome.undeleted = await countUndeleted(source.pool);
      return outcome;
    },

    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
