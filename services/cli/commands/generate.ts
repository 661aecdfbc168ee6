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
    .description('have a language model write on from a prompt, token by token')
    .option('-p, --prompt <text>', 'what it goes on from; standard input where left out')
    .option('-n, --max-tokens <count>', 'tokens that are written, at most', number)
    .option(
      '-t, --temperature <number>',
      'below 1 likely tokens become likelier; 0 takes the likeliest',
      number,
    )
    .option('--top-k <count>', 'draw among so many of the likeliest tokens', number)
    .option('--top-p <share>', 'draw among the likeliest tokens that have this probability together', number)
    .option('--seed <number>', 'the same seed draws the same tokens', number)
    .option('--stop <text...>', 'texts at which it ends')
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
