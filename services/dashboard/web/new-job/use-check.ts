// Hook that has the service validate the whole job while it is edited: the resulting job or every error, plus warnings.

import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '#client/client.ts';
import type { Detail } from '#contracts/errors.ts';
import type { NewJob } from '#contracts/jobs/job-api.ts';
import type { JobReport } from '#contracts/jobs/job-report.ts';
import { client } from '../api.ts';

const QUIET_MS = 400;
/** A job with more inline data than this is only checked when submitted, rather than sent on every keystroke. */
const MOST_CHARACTERS = 256 * 1024;

export interface Check {
  report: JobReport | null;
  details: readonly Detail[];
}

const NOTHING: Check = { report: null, details: [] };

export function useCheck(job: object): Check {
  const [check, setCheck] = useState(NOTHING);
  const text = JSON.stringify(job);
  useEffect(() => {
    if (text.length > MOST_CHARACTERS) return setCheck(NOTHING);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      client.jobs.validate(JSON.parse(text) as NewJob, stop.signal).then(
        (report) => setCheck({ report, details: [] }),
        (error: unknown) => {
          if (!stop.signal.aborted && error instanceof ApiError)
            setCheck({ report: null, details: error.details });
        },
      );
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return check;
}
