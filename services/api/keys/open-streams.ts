// Streams opened with a key: closed when it is revoked, at once by the same process and within a second by others.

import type { KeyStore, StoreLog } from '#store/store.ts';

const LOOK_MS = 1_000;

export interface OpenStreams {
  /** `revoked` is aborted when the key is revoked; call `end` when the stream is over. */
  open(keyId: string | null): { revoked: AbortSignal; end(): void };
  /** Closes this key's streams. */
  revoke(keyId: string): void;
  close(): void;
}

export function openStreams(
  keys: Pick<KeyStore, 'revokedAmong'>,
  log: Pick<StoreLog, 'warn'>,
  lookMs = LOOK_MS,
): OpenStreams {
  const open = new Map<string, Set<AbortController>>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  const revoke = (keyId: string) => {
    for (const stream of open.get(keyId) ?? []) stream.abort();
  };
  const look = async () => {
    try {
      for (const id of await keys.revokedAmong([...open.keys()])) revoke(id);
    } catch (error) {
      log.warn({ err: error }, 'could not check for revoked keys');
    }
    schedule();
  };
  const schedule = () => {
    timer = open.size === 0 || closed ? undefined : setTimeout(look, lookMs).unref();
  };

  return {
    open(keyId) {
      const stream = new AbortController();
      if (keyId === null) return { revoked: stream.signal, end() {} };
      const those = open.get(keyId) ?? new Set();
      open.set(keyId, those.add(stream));
      if (timer === undefined) schedule();
      return {
        revoked: stream.signal,
        end() {
          those.delete(stream);
          if (those.size === 0 && open.get(keyId) === those) open.delete(keyId);
        },
      };
    },
    revoke,
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
