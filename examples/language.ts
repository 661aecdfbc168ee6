// What the language models are asked for: how often they guess the next character of text they have never seen, and a
// piece of text of their own.

import { CONTEXT, decode, encode, nextOf, pieces, sample, TEXT } from './data/characters.ts';
import { random } from './data/random.ts';
import type { Trained, Verdict } from './example.ts';

const UNSEEN = 400;
const LENGTH = 240;

const [seen, unseen] = [TEXT.slice(0, -UNSEEN), TEXT.slice(-UNSEEN)];
/** What is learned from: pieces of the text but for its end. */
export const lessons = pieces(seen, 3);

const isLastRight = (found: unknown, targets: readonly number[]) =>
  (found as number[]).at(-1) === targets.at(-1);

export async function speak({ screen, predict }: Trained): Promise<Verdict> {
  // Every prediction is about the character after the last one of the context. Of a causal network, or of a recurrent one,
  // it could be any position; the last one knows most.
  const source = random(8);
  let context = encode(seen.slice(0, CONTEXT));
  const said: number[] = [...context];
  while (said.length < LENGTH) {
    const [prediction] = await predict([context]);
    said.push(sample(nextOf(prediction!), 0.6, source));
    context = said.slice(-CONTEXT);
  }
  screen.line(`Given "${decode(said.slice(0, CONTEXT)).replaceAll('\n', '⏎')}" it goes on:\n`);
  screen.line(decode(said.slice(CONTEXT)));

  const { inputs, targets } = pieces(unseen, 1);
  const found = await predict(inputs);
  const right = found.filter(({ class: guesses }, i) => isLastRight(guesses, targets[i]!)).length;
  const blank = encode(' ')[0];
  return {
    what: `Next characters guessed right, of ${inputs.length} it has never seen`,
    value: right / inputs.length,
    baseline: targets.filter((piece) => piece.at(-1) === blank).length / inputs.length,
    of: 'always a blank',
  };
}
