// The command line: parses the arguments, runs one command, and sets the exit code.

import { Command, CommanderError } from 'commander';
import { ApiError, ConnectionError } from '#client/client.ts';
import type { Action } from './command.ts';
import { commands } from './commands/index.ts';
import { DEFAULT_URL, openContext, type Surroundings } from './context.ts';
import { CliError, EXIT } from './exit-codes.ts';

const FOOTER = `
Environment:
  EPOCHD_URL      URL of the service (default: ${DEFAULT_URL})
  EPOCHD_API_KEY  API key, if the service requires one
  NO_COLOR        disables colors

Exit codes: 0 success · 1 internal error · 2 invalid usage or rejected request · 3 service unreachable ·
4 job failed · 5 job cancelled · 130 stopped by Ctrl-C (a watched job keeps running)

Examples:
  epochd train data.csv --target species     train a classifier on a file
  epochd train pets/ --size 64               train on images: pets/cat/1.jpg, pets/dog/2.jpg, …
  epochd init && epochd train epochd-job.json
  epochd jobs --status running
  epochd predict job_… new.csv -o predictions.csv
  epochd weights job_… -o model.safetensors`;

/** Most details shown: about one screen. */
const DETAILS = 20;

/** @returns the exit code */
export async function runCli(args: readonly string[], surroundings: Surroundings): Promise<number> {
  let exitCode: number = EXIT.ok;
  const program = new Command('epochd')
    .description(
      'Trains neural networks behind an HTTP API. Commands talk to a running service (epochd start) unless noted otherwise.',
    )
    .option('--json', 'print JSON, one value per line')
    .option('--url <url>', 'URL of the service (default: EPOCHD_URL)')
    .addHelpText('after', FOOTER)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void surroundings.stdout.write(text),
      writeErr: (text) => void surroundings.stderr.write(text),
    });
  const run =
    (action: Action) =>
    async (...given: unknown[]): Promise<void> => {
      const { json = false, url } = program.opts<{ json?: boolean; url?: string }>();
      // commander appends the command itself as the last argument.
      const context = openContext(surroundings, { json, ...(url === undefined ? {} : { url }) });
      exitCode = (await action(context, ...given.slice(0, -1))) ?? EXIT.ok;
    };
  for (const add of commands) add(program, run);
  for (const command of program.commands) command.exitOverride().copyInheritedSettings(program);
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error, surroundings);
  }
}

function explain(error: unknown, { stderr }: Surroundings): number {
  const say = (text: string) => void stderr.write(`${text}\n`);
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage; // commander has printed why
  if (error instanceof CliError) {
    say(error.message);
    return error.exitCode;
  }
  if (error instanceof ApiError) {
    const { details, message } = error;
    const lines = details.slice(0, DETAILS).map((it) => `  ${it.param}: ${it.message}`);
    if (details.length > DETAILS) lines.push(`  … and ${details.length - DETAILS} more`);
    const once = details.length === 1 && details[0]?.message === message;
    say([message, ...(once ? [] : lines)].join('\n'));
    return error.status >= 500 ? EXIT.unreachable : EXIT.usage;
  }
  if (error instanceof ConnectionError) {
    say(
      `${error.message}\nIs it running? Start it here with \`epochd start\`, or set EPOCHD_URL or --url to where it runs.`,
    );
    return EXIT.unreachable;
  }
  throw error;
}
