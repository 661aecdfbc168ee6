// Reads uploaded files as for a dataset, and reports what they are instead of storing them.

import type { Inspection } from '#contracts/datasets/inspection.ts';
import { Problem } from '#contracts/errors.ts';
import type { Noted } from '#training/data/formats/noted.ts';
import { examplesOf, previewWidth, tableStats } from '#training/data/stats/stats.ts';
import type { UploadChoice } from './image-files.ts';
import { type Files, readFiles } from './read-files.ts';

export async function inspectFiles(
  files: Files,
  choice: UploadChoice,
  maxBytes: number,
): Promise<Omit<Inspection, 'object'>> {
  const noted: Noted = {};
  const found = () => ({ format: noted.format ?? null, dialect: noted.dialect ?? null });
  try {
    const { info, preview, table, interpreted = [] } = await readFiles(files, choice, maxBytes, noted);
    const { samples: _, ...stats } = tableStats(table);
    const examples = examplesOf(preview, previewWidth(info));
    return { ...found(), dataset: info, stats, examples, problems: [], interpreted: [...interpreted] };
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'invalid_dataset') throw error;
    const preview = noted.preview ?? { columns: [], rows: [] };
    const examples = examplesOf(preview, preview.columns.length);
    const problems = [...error.details];
    return { ...found(), dataset: null, stats: null, examples, problems, interpreted: [] };
  }
}
