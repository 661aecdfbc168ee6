// Asks the service to inspect a file before it is uploaded, and again whenever its options change.

import { useEffect, useState } from 'preact/hooks';
import type { NewFile } from '#client/client.ts';
import type { Inspection } from '#contracts/datasets/inspection.ts';
import { client } from '../api.ts';

const QUIET_MS = 150;
/** Inspecting sends the file, so a larger one would be sent twice; its problems are reported on upload instead. */
export const MOST_BYTES = 32 * 1024 ** 2;

export interface Inspected {
  inspection: Inspection | null;
  error: unknown;
}

export function useInspection(file: File, fields: Omit<NewFile, 'file'>): Inspected {
  const [state, setState] = useState<Inspected>({ inspection: null, error: null });
  useEffect(() => {
    if (file.size > MOST_BYTES) return setState({ inspection: null, error: null });
    const stop = new AbortController();
    const timer = setTimeout(() => {
      client.datasets.inspect({ file, fileName: file.name, ...fields, signal: stop.signal }).then(
        (inspection) => setState({ inspection, error: null }),
        (error: unknown) => {
          if (!stop.signal.aborted) setState({ inspection: null, error });
        },
      );
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [file, JSON.stringify(fields)]);
  return state;
}
