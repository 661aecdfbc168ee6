// One look for all who ask the same question at the same time. A look that began before somebody asked is not theirs: it may
// have missed what they had just done. So of each question one look runs, and one more, for everybody who came meanwhile, waits
// for it.

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
