// Hook that loads a page's data, once or by polling, and returns errors as values.

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { needsKey } from './api.ts';

export interface Loaded<T> {
  readonly value: T | null;
  readonly error: unknown;
  reload(): void;
}

/**
 * Loads a value and keeps showing the old one while it reloads.
 * @param every milliseconds between reloads, which pause while the page is hidden
 */
export function useLoad<T>(
  load: (signal: AbortSignal) => Promise<T>,
  deps: readonly unknown[],
  every?: number,
): Loaded<T> {
  const [state, setState] = useState<{ value: T | null; error: unknown }>({ value: null, error: null });
  const [round, setRound] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const once = async () => {
      try {
        const value = await latest.current(stop.signal);
        if (!stop.signal.aborted) setState({ value, error: null });
      } catch (error) {
        if (stop.signal.aborted) return;
        if (needsKey(error)) dispatchEvent(new Event('epochd-key'));
        setState((before) => ({ ...before, error }));
      }
      if (every !== undefined && !stop.signal.aborted) timer = setTimeout(next, every);
    };
    const next = () => {
      if (document.hidden) document.addEventListener('visibilitychange', next, { once: true });
      else void once();
    };
    void once();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', next);
    };
  }, [...deps, round]);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  return { ...state, reload };
}
