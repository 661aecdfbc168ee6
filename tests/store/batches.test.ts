import { expect, it } from 'vitest';
import { inBatches } from '#store/batches.ts';

it('sends the first item at once, later ones together, and no more than the limit per batch', async () => {
  const sent: number[][] = [];
  const answers: PromiseWithResolvers<void>[] = [];
  const add = inBatches<number>((items) => {
    sent.push([...items]);
    answers.push(Promise.withResolvers());
    return answers.at(-1)!.promise;
  }, 3);
  const all = [1, 2, 3, 4, 5].map(add);
  expect(sent).toEqual([[1]]);
  answers[0]!.resolve();
  await all[0];
  expect(sent).toEqual([[1], [2, 3, 4]]);
  answers[1]!.resolve();
  await all[3];
  answers[2]!.resolve();
  await Promise.all(all);
  expect(sent).toEqual([[1], [2, 3, 4], [5]]);
});

it('rejects all items of a failed batch, and continues with the next', async () => {
  const add = inBatches<number>(async ([item]) => {
    if (item === 2) throw new Error('the queue is away');
  }, 2);
  const results = await Promise.allSettled([1, 2, 3, 4].map(add));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
});
