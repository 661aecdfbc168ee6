// Uploading a dataset: a file is looked at here first, so that its target can be chosen by name, then sent with progress.

import { useState } from 'preact/hooks';
import type { Dataset } from '#contracts/dataset.ts';
import { client } from '../api.ts';
import { bytes } from '../format.ts';
import { Card } from '../parts/card.tsx';
import { DropZone } from '../parts/drop-zone.tsx';
import { Failure } from '../parts/errors.tsx';
import { SelectField, TextField } from '../parts/field.tsx';

interface Chosen {
  file: File;
  /** Of a table's header; null for arrays. */
  columns: string[] | null;
}

const HEAD_BYTES = 64 * 1024;

/** The names in the first line of a CSV file. */
async function columnsOf(file: File): Promise<string[] | null> {
  if (/\.np[yz]$/.test(file.name)) return null;
  const [first = ''] = (await file.slice(0, HEAD_BYTES).text()).split(/\r?\n/);
  const delimiter = [',', ';', '\t'].toSorted((a, b) => first.split(b).length - first.split(a).length)[0]!;
  return first
    .replace(/^\uFEFF/, '')
    .split(delimiter)
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
}

export function UploadCard({ onDone }: { onDone(dataset: Dataset): void }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [name, setName] = useState('');
  const [target, setTarget] = useState('');
  const [split, setSplit] = useState('');
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);

  const choose = async (file: File) => {
    setError(null);
    const columns = await columnsOf(file);
    setChosen({ file, columns });
    setName(file.name.replace(/\.\w+$/, ''));
    setTarget(columns?.at(-1) ?? '');
    setSplit('');
  };
  const send = async (event: Event) => {
    event.preventDefault();
    if (chosen === null) return;
    setError(null);
    setSent(0);
    try {
      const dataset = await client.datasets.upload({
        file: chosen.file,
        fileName: chosen.file.name,
        ...(name === '' ? {} : { name }),
        ...(target === '' ? {} : { target }),
        ...(split === '' ? {} : { split }),
        ...(chosen.columns === null ? {} : { types: 'auto' }),
        onProgress: (done, total) => setSent(total === 0 ? 0 : done / total),
      });
      onDone(dataset);
    } catch (failure) {
      setError(failure);
    } finally {
      setSent(null);
    }
  };

  return (
    <Card title="Upload a dataset">
      <DropZone
        label="Drop a CSV file with a header here, or arrays as .npz; or choose one"
        accept=".csv,.tsv,.txt,.npz,.npy,.json,.jsonl"
        disabled={sent !== null}
        onFile={choose}
      />
      {chosen !== null && (
        <form class="stack" onSubmit={send}>
          <p>
            <strong>{chosen.file.name}</strong> <span class="muted">{bytes(chosen.file.size)}</span>
          </p>
          <div class="fields">
            <TextField label="Name" value={name} onInput={setName} />
            {chosen.columns === null ? (
              <TextField label="Target array" hint="Left out: targets" value={target} onInput={setTarget} />
            ) : (
              <>
                <SelectField
                  label="Target column"
                  hint="What is to be learned"
                  value={target}
                  options={chosen.columns}
                  onChange={setTarget}
                />
                <SelectField
                  label="Split column"
                  hint="What each row is for: train, validation or test"
                  value={split}
                  options={[['', 'None'] as const, ...chosen.columns]}
                  onChange={setSplit}
                />
              </>
            )}
          </div>
          {chosen.columns !== null && (
            <p class="muted small">
              Columns of numbers become inputs, those of text categories; empty cells are allowed.
            </p>
          )}
          <div class="row">
            <button type="submit" class="primary" disabled={sent !== null}>
              Upload
            </button>
            <button type="button" disabled={sent !== null} onClick={() => setChosen(null)}>
              Another file
            </button>
          </div>
          {sent !== null && <progress max={1} value={sent} aria-label="Sent" />}
        </form>
      )}
      <Failure error={error} />
    </Card>
  );
}
