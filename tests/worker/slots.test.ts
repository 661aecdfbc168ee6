import { expect, test } from 'vitest';
import { openSlots } from '../../services/worker/slots.ts';

/** Work that settles when the test says so. */
function workshop() {
  const begun: PromiseWithResolvers<void>[] = [];
  const work = () => {
    const one = Promise.withResolvers<void>();
    begun.push(one);
    return one.promise;
  };
  return { begun, work };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('at most as many run concurrently as there are slots, and a call without a free slot returns at once', async () => {
  const { begun, work } = workshop();
  const slots = openSlots(2, work);
  const calls = [slots.fill(), slots.fill()];
  await slots.fill();
  expect(begun).toHaveLength(2);
  // A call found no free slot, so the next to finish runs the work once more before freeing its own.
  begun[0]!.resolve();
  await turn();
  expect(begun).toHaveLength(3);
  begun[1]!.resolve();
  await turn();
  for (const one of begun) one.resolve();
  await turn();
  for (const one of begun) one.resolve();
  await Promise.all(calls);
  const more = slots.fill();
  expect(begun.length).toBeGreaterThan(3);
  begun.at(-1)!.resolve();
  await more;
});

test('failing work rejects its caller and frees its slot', async () => {
  const { begun, work } = workshop();
  const slots = openSlots(1, work);
  const failing = slots.fill();
  begun[0]!.reject(new Error('the database is away'));
  await expect(failing).rejects.toThrow('the database is away');
  const next = slots.fill();
  expect(begun).toHaveLength(2);
  const idle = slots.idle();
  begun[1]!.resolve();
  await Promise.all([next, idle]);
});
