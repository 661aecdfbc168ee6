// What the language model examples learn from and are asked for: a tale whose end they never see, and a text that they generate themselves.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Trained, Verdict } from './example.ts';

const TEXT = readFileSync(path.join(import.meta.dirname, 'data/text.txt'), 'utf8');
/** The fraction of the text, at its end, that is held out. */
const UNSEEN = 0.14;
const LENGTH = 240;

export const tale = { name: 'tale.txt', text: TEXT, fields: {} };
export const windows = { tokens: 'characters', context: 32, stride: 3 } as const;
export const heldOut = {
  validation: { fraction: UNSEEN },
  metrics: ['accuracy', 'perplexity'],
};

export async function speak({ job, screen, write }: Trained): Promise<Verdict> {
  const prompt = TEXT.slice(0, windows.context);
  screen.line(`Given "${prompt.replaceAll('\n', '⏎')}" it goes on:\n`);
  const { text } = await write({ prompt, max_tokens: LENGTH, temperature: 0.6, seed: 8 });
  screen.line(text);
  const { val_accuracy: value, val_perplexity: perplexity } = job.metrics.latest!.metrics;
  screen.line(`\nIt is as unsure as among ${perplexity!.toFixed(1)} equally likely characters.`);
  const unseen = Array.from(TEXT.slice(Math.ceil(TEXT.length * (1 - UNSEEN))));
  return {
    what: `Next characters guessed right, of ${unseen.length} it has never seen`,
    value: value!,
    baseline: unseen.filter((character) => character === ' ').length / unseen.length,
    of: 'always a blank',
  };
}
