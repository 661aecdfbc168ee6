// Forecasts for series uploaded as a CSV file.

import { useState } from 'preact/hooks';
import type { Job } from '#contracts/jobs/job-api.ts';
import { client } from '../api.ts';
import { count } from '../format.ts';
import { Card } from '../parts/card.tsx';
import { DropZone } from '../parts/drop-zone.tsx';
import { Failure } from '../parts/errors.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { saveAs } from '../save-as.ts';
import { readCsv } from './csv.ts';

const SHOWN = 50;

export function SeriesRows({ job }: { job: Job }) {
  const [answer, setAnswer] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const { window, horizon } = job.preprocess.series!;
  const ask = async (file: File) => {
    setError(null);
    setAnswer(null);
    try {
      const reply = await client.jobs.predictRows(job.id, file, { type: 'text/csv', accept: 'text/csv' });
      setAnswer(await reply.text());
    } catch (failure) {
      setError(failure);
    }
  };
  const save = () => saveAs(new Blob([answer!], { type: 'text/csv' }), 'forecast.csv');
  return (
    <Card
      title="Continue a series"
      actions={
        answer !== null && (
          <button type="button" onClick={save}>
            Save as CSV
          </button>
        )
      }
    >
      <p class="muted small">
        The network sees the last {count(window)} rows of each series and forecasts the next {count(horizon)}.
      </p>
      <DropZone label="Drop a CSV file with the columns of the dataset here" accept=".csv" onFile={ask} />
      <Failure error={error} />
      {answer !== null && <Forecast rows={readCsv(answer)} />}
    </Card>
  );
}

function Forecast({ rows }: { rows: readonly Record<string, string>[] }) {
  const names = Object.keys(rows[0] ?? {});
  return (
    <Scroll name="Forecast">
      <table>
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, SHOWN).map((row, i) => (
            <tr key={i}>
              {names.map((name) => (
                <td key={name}>{row[name]}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > SHOWN && <p class="muted small">of {count(rows.length)} rows</p>}
    </Scroll>
  );
}
