// epochd predict ID FILE: predictions of a trained model for the rows of a file.

import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { Option } from 'commander';
import type { AddCommand } from '../command.ts';
import { CliError } from '../exit-codes.ts';
import { whichOption } from '../options.ts';
import { openFile } from '../upload-file.ts';

const TYPES: Record<string, string> = {
  '.csv': 'text/csv',
  '.json': 'application/json',
  '.ndjson': 'application/x-ndjson',
  '.jsonl': 'application/x-ndjson',
  '.npy': 'application/x-npy',
};

/** Media types accepted as input but never produced as output. */
const IMAGES: Record<string, string> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.tif': 'image/tiff',
  '.tiff': 'image/tiff',
};

interface Options {
  output?: string;
  return?: string;
  which?: string;
  as?: string;
}

function typeOf(name: string, what: string, types = TYPES): string {
  const type = types[path.extname(name).toLowerCase()];
  if (type !== undefined) return type;
  throw new CliError(
    `${name}: cannot tell ${what} by its extension; known: ${Object.keys(types).join(', ')}`,
  );
}

export const predict: AddCommand = (program, run) => {
  program
    .command('predict <id> <file>')
    .description(
      'predict the rows of a file (.csv, .json, .ndjson, .npy) or an image; - reads CSV from standard input',
    )
    .option(
      '-o, --output <file>',
      'write the predictions to a file, in the format given by its extension (default: standard output)',
    )
    .addOption(
      new Option('--as <format>', 'format of the predictions on standard output').choices([
        'csv',
        'json',
        'ndjson',
      ]),
    )
    .addOption(
      new Option('--return <what>', 'return only this part of each prediction').choices([
        'labels',
        'probabilities',
        'output',
      ]),
    )
    .addOption(whichOption())
    .action(
      run(async ({ client, json, stdin, stdout, stderr }, id: string, file: string, options: Options) => {
        const type = file === '-' ? 'text/csv' : typeOf(file, 'what it is', { ...TYPES, ...IMAGES });
        const body = file === '-' ? new Blob([await buffer(stdin)]) : await openFile(file);
        const format = options.as ?? (json ? 'json' : 'csv');
        const accept =
          options.output === undefined ? TYPES[`.${format}`]! : typeOf(options.output, 'what to write');
        const answer = await client.jobs.predictRows(id, body, {
          type,
          accept,
          query: { return: options.return, which: options.which },
        });
        const warnings = answer.headers.get('x-warnings');
        if (warnings !== null) {
          for (const { message } of JSON.parse(warnings) as { message: string }[])
            stderr.write(`warning: ${message}\n`);
        }
        const rows = Readable.fromWeb(answer.body as never);
        if (options.output === undefined) await pipeline(rows, stdout, { end: false });
        else await pipeline(rows, createWriteStream(options.output));
        return undefined;
      }),
    );
};
