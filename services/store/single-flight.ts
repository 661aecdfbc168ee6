// Coalesces concurrent lookups of the same key. A caller does not share a lookup that was already running, since it may have missed what
// the caller just wrote. So each key has at most one lookup running and one pending, which all later callers share.

export function singleFlight<T>(look: (question: string) => Promise<T>): (question: string) => Promise<T> {
  const running = new Map<string, Promise<unknown>>();
  const waiting = new Map<string, Promise<T>>();

  const begin = (question: string): Promise<T> => {
    const found = look(question);
    const over = found.catch(() => {}).finally(() => running.delete(question));
    running.set(question, over);
    return found;
  };

  return (question) => {
    const joined = waiting.get(question);
    if (joined !== undefined) return joined;
    const before = running.get(question);
    if (before === undefined) return begin(question);
    const next = before.then(() => {
      waiting.delete(question);
      return begin(question);
    });
    waiting.set(question, next);
    return next;
  };
}
