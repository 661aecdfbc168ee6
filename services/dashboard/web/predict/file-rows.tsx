// Predictions for many rows of a CSV file, shown beside the rows and downloadable.

import { useState } from 'preact/hooks';
import type { Dataset } from '#contracts/datasets/dataset.ts';
import type { Prediction } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { count } from '../format.ts';
import { Card } from '../parts/card.tsx';
import { DropZone } from '../parts/drop-zone.tsx';
import { Failure } from '../parts/errors.tsx';
import { inShort } from './answer.tsx';
import { askedColumns, valueOfCell } from './columns.ts';
import { readCsv } from './csv.ts';

const SHOWN = 50;

interface Answered {
  rows: Record<string, string>[];
  predictions: Prediction[];
}

export function FileRows({ jobId, dataset }: { jobId: string; dataset: Dataset }) {
  const [answered, setAnswered] = useState<Answered | null>(null);
  const [error, setError] = useState<unknown>(null);
  const features = askedColumns(dataset);
  const ask = async (file: File) => {
    setError(null);
    setAnswered(null);
    try {
      const rows = readCsv(await file.text());
      const records = rows.map((row) =>
        Object.fromEntries(features.map((name) => [name, valueOfCell(dataset, name, row[name])])),
      );
      const { predictions } = await client.jobs.predict(jobId, { records });
      setAnswered({ rows, predictions });
    } catch (failure) {
      setError(failure);
    }
  };
  const save = ({ rows, predictions }: Answered) => {
    const names = [...Object.keys(rows[0] ?? {}), 'prediction'];
    const lines = rows.map((row, i) => [...Object.values(row), inShort(predictions[i]!)]);
    const text = [names, ...lines].map((line) => line.map(quoted).join(',')).join('\n');
    const href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
    Object.assign(document.createElement('a'), { href, download: 'predictions.csv' }).click();
    URL.revokeObjectURL(href);
  };
  return (
    <Card
      title="Many rows"
      actions={
        answered !== null && (
          <button type="button" onClick={() => save(answered)}>
            Save as CSV
          </button>
        )
      }
    >
      <DropZone label="Drop a CSV file with the same columns here" accept=".csv,.tsv,.txt" onFile={ask} />
      <Failure error={error} />
      {answered !== null && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>Prediction</th>
                {features.slice(0, 8).map((name) => (
                  <th key={name}>{name}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {answered.rows.slice(0, SHOWN).map((row, i) => (
                <tr key={i}>
                  <td>
                    <strong>{inShort(answered.predictions[i]!)}</strong>
                  </td>
                  {features.slice(0, 8).map((name) => (
                    <td key={name}>{row[name]}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
          {answered.rows.length > SHOWN && <p class="muted small">of {count(answered.rows.length)} rows</p>}
        </div>
      )}
    </Card>
  );
}

const quoted = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
