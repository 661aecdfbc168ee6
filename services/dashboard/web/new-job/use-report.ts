// Hook that has the service validate the model while it is edited: shapes and parameter counts, or every error.

import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '#client/client.ts';
import type { Detail } from '#contracts/errors.ts';
import type { ModelReport } from '#contracts/training/model.ts';
import { client } from '../api.ts';

const QUIET_MS = 200;

export interface Verdict {
  report: ModelReport | null;
  details: readonly Detail[];
}

export function useReport(model: object | null): Verdict {
  const [verdict, setVerdict] = useState<Verdict>({ report: null, details: [] });
  const text = model === null ? null : JSON.stringify(model);
  useEffect(() => {
    if (text === null) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      client.models.validate(JSON.parse(text), stop.signal).then(
        (report) => setVerdict({ report, details: [] }),
        (error: unknown) => {
          if (stop.signal.aborted || !(error instanceof ApiError)) return;
          // Paths in the reply are relative to the model; the form needs them relative to the job.
          const details = error.details.map((it) => ({
            ...it,
            param: it.param.startsWith('model') ? it.param : `model.${it.param}`,
          }));
          setVerdict({ report: null, details });
        },
      );
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return verdict;
}
