// Loads a job's measurements so far, downsampled to the number of points that a chart can show.

import { client } from '../api.ts';
import { type History, historyOf } from '../history.ts';

const POINTS = 1_000;

export async function loadHistory(id: string, signal: AbortSignal): Promise<History> {
  return historyOf(await client.jobs.metrics(id, { max_points: POINTS }, signal));
}
