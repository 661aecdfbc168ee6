// Batches small messages: those that arrive while a batch is in flight go with the next one. A batch costs one commit, whatever its size,
// and a single message is sent without delay.

/** The promise settles with the batch that contained the item. */
export function inBatches<T>(
  send: (items: readonly T[]) => Promise<unknown>,
  most: number,
): (item: T) => Promise<void> {
  const waiting: { item: T; done: PromiseWithResolvers<void> }[] = [];
  let onItsWay = false;

  const sendAll = async () => {
    onItsWay = true;
    for (let batch = waiting.splice(0, most); batch.length > 0; batch = waiting.splice(0, most)) {
      try {
        await send(batch.map(({ item }) => item));
        for (const { done } of batch) done.resolve();
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
    }
    onItsWay = false;
  };

  return (item) => {
    const done = Promise.withResolvers<void>();
    waiting.push({ item, done });
    if (!onItsWay) void sendAll();
    return done.promise;
  };
}
