// What every command receives: the service's address, the output, and the signal to stop.

import type { Readable } from 'node:stream';
import { styleText } from 'node:util';
import { type Client, connect } from '#client/client.ts';
import type { ArtifactsHere } from './artifacts-here.ts';
import { openScreen, type Screen } from './terminal/screen.ts';

type Style = Parameters<typeof styleText>[0];

export interface Finding {
  what: string;
  ok: boolean;
  found: string;
  /** What to do about it, if anything. */
  advice?: string;
}

export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  stdin: Readable;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** Runs the service until it is stopped. */
  start(): Promise<unknown>;
  /** Checks this machine. */
  diagnose(): Promise<Finding[]>;
  /** The artifacts of the service configured here. @throws CliError if that is not possible */
  openArtifacts(): Promise<ArtifactsHere>;
  /** Aborted by Ctrl-C from now on, which would otherwise end the program. */
  interruptible(): AbortSignal;
}

export interface CliContext extends Surroundings {
  json: boolean;
  client: Client;
  /** Output for people: lines, with a progress bar below them on a terminal. Goes to stderr if stdout is for a program. */
  screen: Screen;
  /** Prints one value for a program to read, on its own line. */
  emit(value: unknown): void;
  print(line?: string): void;
  paint(style: Style, text: string): string;
}

export const DEFAULT_URL = 'http://127.0.0.1:3000';

export function openContext(
  surroundings: Surroundings,
  options: { json: boolean; url?: string },
): CliContext {
  const { env, stdout, stderr } = surroundings;
  const url = options.url ?? env.EPOCHD_URL ?? DEFAULT_URL;
  const key = env.EPOCHD_API_KEY;
  const write = (text: string) => void stdout.write(`${text}\n`);
  return {
    ...surroundings,
    json: options.json,
    client: connect({ url, ...(key === undefined || key === '' ? {} : { apiKey: key }) }),
    screen: openScreen(options.json ? stderr : stdout),
    emit: (value) => write(JSON.stringify(value)),
    print: (line = '') => write(line),
    paint: (style, text) => styleText(style, text, { stream: stdout }),
  };
}
