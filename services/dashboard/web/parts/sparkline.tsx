// A word-sized loss curve of a job. Its values are cached until the job has new events.

import { useEffect, useState } from 'preact/hooks';
import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { Spark } from './spark.tsx';

const POINTS = 60;
const known = new Map<string, { seq: number; values: number[] }>();

async function lossesOf(job: Job, signal: AbortSignal): Promise<number[]> {
  const { series } = await client.jobs.metrics(job.id, { max_points: POINTS }, signal);
  return (series.train_loss?.last ?? []).filter((value) => typeof value === 'number');
}

export function Sparkline({ job }: { job: Job }) {
  const [values, setValues] = useState(known.get(job.id)?.values ?? []);
  const { id, last_seq: seq } = job;
  useEffect(() => {
    if (known.get(id)?.seq === seq || job.progress.epoch < 2) return;
    const stop = new AbortController();
    lossesOf(job, stop.signal).then(
      (losses) => {
        known.set(id, { seq, values: losses });
        setValues(losses);
      },
      () => {}, // only decoration
    );
    return () => stop.abort();
  }, [id, seq]);
  return <Spark values={values} name={`Training loss of ${job.name ?? id}`} />;
}
