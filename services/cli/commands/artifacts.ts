// epochd artifacts: moves artifacts to their configured location. It needs the service's environment, but no running service.

import type { AddCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { formatBytes } from '../terminal/words.ts';

interface Amount {
  artifacts: number;
  bytes: number;
}

const inWords = ({ artifacts, bytes }: Amount) =>
  `${artifacts} artifact${artifacts === 1 ? '' : 's'} (${formatBytes(bytes)})`;

async function move(context: CliContext, { dryRun = false }: { dryRun?: boolean }): Promise<number> {
  const { json, emit, screen, stderr, openArtifacts } = context;
  await using artifacts = await openArtifacts();
  const groups = await artifacts.toMove();
  for (const group of groups) {
    if (json) emit(group);
    else screen.line(`${inWords(group)} from ${group.from} to ${group.to}`);
  }
  if (dryRun) {
    if (!json && groups.length === 0) screen.line('every artifact is already in its place');
    return EXIT.ok;
  }
  const stop = context.interruptible();
  stop.addEventListener('abort', () => {
    stderr.write(
      'stopping after the current artifact; Ctrl-C again stops at once, without losing anything\n',
    );
  });
  const outcome = await artifacts.move(stop, {
    progress(moved, all) {
      const note = `  ${moved.artifacts} of ${all.artifacts}, ${formatBytes(moved.bytes)} of ${formatBytes(all.bytes)}`;
      screen.progress(moved.artifacts, all.artifacts, note);
    },
    failed(id, why) {
      screen.done();
      stderr.write(`${id} was not moved: ${why}\n`);
    },
  });
  screen.done();
  if (json) emit(outcome);
  else {
    const { failed, left, undeleted } = outcome;
    screen.line(`${inWords(outcome)} moved`);
    if (failed > 0)
      screen.line(`${failed} not moved, for the reasons above; they remain readable where they are`);
    if (left > 0) {
      const why = stop.aborted ? 'not moved yet' : 'in use by another process that moves or deletes them';
      screen.line(`${left} ${why}; run this again`);
    }
    if (undeleted > 0) {
      screen.line(
        `${undeleted} old objects could not be deleted yet; a running service retries, as does running this again`,
      );
    }
  }
  if (stop.aborted) return EXIT.detached;
  return outcome.failed + outcome.left + outcome.undeleted === 0 ? EXIT.ok : EXIT.failed;
}

export const artifacts: AddCommand = (program, run) => {
  const group = program
    .command('artifacts')
    .description(
      'manage where artifacts are stored (for operators; needs the environment variables of the service)',
    );
  group
    .command('move')
    .description('move artifacts to ARTIFACTS_URL, or back to Postgres if it is not set')
    .option('--dry-run', 'only print how many artifacts and bytes would be moved')
    .action(run(move));
};
