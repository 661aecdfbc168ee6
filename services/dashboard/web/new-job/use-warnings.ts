// The service's warnings of a job, asked for while it is written and once its network is right.

import { useEffect, useState } from 'preact/hooks';
import type { NewJob } from '#contracts/job-api.ts';
import type { Warning } from '#contracts/warnings.ts';
import { client } from '../api.ts';

const QUIET_MS = 600;
const NONE: readonly Warning[] = [];

/** @param job null while it cannot be one: a job that is refused has problems, no warnings */
export function useWarnings(job: object | null): readonly Warning[] {
  const [warnings, setWarnings] = useState(NONE);
  const text = job === null ? null : JSON.stringify(job);
  useEffect(() => {
    if (text === null) return setWarnings(NONE);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      client.jobs.validate(JSON.parse(text) as NewJob, stop.signal).then(
        (report) => setWarnings(report.warnings),
        () => {
          if (!stop.signal.aborted) setWarnings(NONE);
        },
      );
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return warnings;
}
