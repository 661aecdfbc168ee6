import { expect, it } from 'vitest';
import { singleFlight } from '#store/single-flight.ts';

it('calls made during a query share the next one, which starts after them', async () => {
  const looks: PromiseWithResolvers<string>[] = [];
  const ask = singleFlight((question) => {
    expect(question).toBe('how many?');
    looks.push(Promise.withResolvers());
    return looks.at(-1)!.promise;
  });
  const first = ask('how many?');
  const later = [ask('how many?'), ask('how many?')];
  expect(looks).toHaveLength(1);
  looks[0]!.reject(new Error('cut off'));
  await expect(first).rejects.toThrow('cut off');
  await expect.poll(() => looks.length).toBe(2);
  looks[1]!.resolve('two');
  expect(await Promise.all(later)).toEqual(['two', 'two']);
  const alone = ask('how many?');
  looks[2]!.resolve('three');
  expect(await alone).toBe('three');
});
