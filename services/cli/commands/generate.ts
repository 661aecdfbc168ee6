// epochd generate ID: continues a prompt with a language model, token by token.

import { buffer } from 'node:stream/consumers';
import { InvalidArgumentError } from 'commander';
import type { Generation } from '#contracts/jobs/generate.ts';
import type { AddCommand } from '../command.ts';
import { whichOption } from '../options.ts';

const number = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number');
  return value;
};

interface Options {
  prompt?: string;
  maxTokens?: number;
  temperature?: number;
  topK?: number;
  topP?: number;
  seed?: number;
  stop?: string[];
  which?: 'last' | 'best';
}

export const generate: AddCommand = (program, run) => {
  program
    .command('generate <id>')
    .description('continue a prompt with a language model, token by token')
    .option('-p, --prompt <text>', 'text to continue (default: read from standard input)')
    .option('-n, --max-tokens <count>', 'maximum number of tokens to generate', number)
    .option(
      '-t, --temperature <number>',
      'sampling temperature: below 1 favors likely tokens; 0 always picks the likeliest',
      number,
    )
    .option('--top-k <count>', 'sample only from this many of the likeliest tokens', number)
    .option(
      '--top-p <share>',
      'sample only from the likeliest tokens that together reach this probability',
      number,
    )
    .option('--seed <number>', 'random seed; the same seed generates the same tokens', number)
    .option('--stop <text...>', 'stop at any of these texts')
    .addOption(whichOption())
    .action(
      run(async ({ client, json, stdin, stdout, stderr }, id: string, options: Options) => {
        const { prompt = (await buffer(stdin)).toString('utf8'), which, stop, seed, temperature } = options;
        const request = {
          prompt,
          ...(options.maxTokens !== undefined && { max_tokens: options.maxTokens }),
          ...(options.topK !== undefined && { top_k: options.topK }),
          ...(options.topP !== undefined && { top_p: options.topP }),
          ...(temperature !== undefined && { temperature }),
          ...(seed !== undefined && { seed }),
          ...(stop !== undefined && { stop }),
        };
        let whole: Generation | null = null;
        for await (const message of client.jobs.tokens(id, request, { which })) {
          if (json) stdout.write(`${JSON.stringify(message)}\n`);
          else stdout.write(message.object === 'generation' ? `${message.rest}\n` : message.text);
          if (message.object === 'generation') whole = message;
        }
        if (!json) for (const { message } of whole?.warnings ?? []) stderr.write(`warning: ${message}\n`);
        return undefined;
      }),
    );
};
