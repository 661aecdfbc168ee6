// Dataset upload: the file is inspected first, so the user can choose the target and the column types, then sent with a progress display.

import { useState } from 'preact/hooks';
import { ApiError } from '#client/client.ts';
import type { Dataset } from '#contracts/datasets/dataset.ts';
import { client } from '../api.ts';
import { bytes } from '../format.ts';
import { Card } from '../parts/card.tsx';
import { DropZone } from '../parts/drop-zone.tsx';
import { Failure } from '../parts/errors.tsx';
import { SelectField, TextField } from '../parts/field.tsx';
import { ImageFields, InspectedImages, isImageArchive } from './image-fields.tsx';
import { InspectedFile } from './inspected.tsx';
import { MOST_BYTES, useInspection } from './use-inspection.ts';

interface Chosen {
  file: File;
  /** Column names of a table; null for arrays. */
  columns: string[] | null;
}

const HEAD_BYTES = 64 * 1024;

/** Column names: from the first line of a CSV file, otherwise as inspected by the service; null for arrays. */
async function columnsOf(file: File): Promise<string[] | null> {
  if (/\.(csv|tsv|txt)$/i.test(file.name)) return headerOf(await file.slice(0, HEAD_BYTES).text());
  if (/\.np[yz]$/i.test(file.name) || isImageArchive(file.name) || file.size > MOST_BYTES) return null;
  const { dataset, examples } = await client.datasets.inspect({ file, fileName: file.name });
  return dataset?.features === null || examples.columns.length === 0 ? null : examples.columns;
}

function headerOf(text: string): string[] {
  const [first = ''] = text.split(/\r?\n/);
  const delimiter = [',', ';', '\t'].toSorted((a, b) => first.split(b).length - first.split(a).length)[0]!;
  return first
    .replace(/^\uFEFF/, '')
    .split(delimiter)
    .map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
}

export function UploadCard({ onDone }: { onDone(dataset: Dataset): void }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const choose = async (file: File) => {
    setError(null);
    setChosen(null);
    await columnsOf(file).then((columns) => setChosen({ file, columns }), setError);
  };
  return (
    <Card title="Upload a dataset">
      <DropZone
        label="Drop a CSV file with a header here, JSON lines, Parquet or Arrow, arrays as .npz, or images in a .zip or .tar; or choose one"
        accept=".csv,.tsv,.txt,.npz,.npy,.json,.jsonl,.ndjson,.parquet,.arrow,.feather,.gz,.zip,.tar,.tgz"
        disabled={sent !== null}
        onFile={choose}
      />
      <Failure error={error} />
      {chosen !== null && (
        <ChosenFile
          key={`${chosen.file.name} ${chosen.file.lastModified}`}
          chosen={chosen}
          sent={sent}
          onSent={setSent}
          onDone={onDone}
          onAnother={() => setChosen(null)}
        />
      )}
    </Card>
  );
}

function ChosenFile(props: {
  chosen: Chosen;
  /** Fraction uploaded so far; null if no upload is in progress. */
  sent: number | null;
  onSent(share: number | null): void;
  onDone(dataset: Dataset): void;
  onAnother(): void;
}) {
  const { file, columns } = props.chosen;
  const [name, setName] = useState(file.name.replace(/(\.tar)?\.\w+$/, ''));
  const holdsImages = isImageArchive(file.name);
  const [images, setImages] = useState<Parameters<typeof ImageFields>[0]['fields']>({});
  const [target, setTarget] = useState(columns?.at(-1) ?? '');
  const [split, setSplit] = useState('');
  const [types, setTypes] = useState<Record<string, string>>({});
  const [error, setError] = useState<unknown>(null);
  /** The upload to resume: if the service rejects a large file, its fields can be corrected without sending the file again. */
  const [kept, setKept] = useState<string | null>(null);
  const features = (columns ?? []).filter((column) => column !== target && column !== split);
  const said = Object.fromEntries(Object.entries(types).filter(([column]) => features.includes(column)));
  const fields = {
    ...(target === '' ? {} : { target }),
    ...(split === '' ? {} : { split }),
    ...images,
    ...(columns === null ? {} : { types: Object.keys(said).length === 0 ? 'auto' : JSON.stringify(said) }),
  };
  const { inspection, error: notInspected } = useInspection(file, fields);
  const send = async (event: Event) => {
    event.preventDefault();
    setError(null);
    props.onSent(0);
    try {
      const dataset = await client.datasets.upload({
        file,
        fileName: file.name,
        ...(name === '' ? {} : { name }),
        ...fields,
        ...(kept === null ? {} : { resume: kept }),
        onUpload: setKept,
        onProgress: (done, total) => props.onSent(total === 0 ? 0 : done / total),
      });
      props.onDone(dataset);
    } catch (failure) {
      if (failure instanceof ApiError && failure.status === 404) setKept(null);
      setError(failure);
    } finally {
      props.onSent(null);
    }
  };
  const busy = props.sent !== null;
  return (
    <form class="stack" onSubmit={send}>
      <p>
        <strong>{file.name}</strong> <span class="muted">{bytes(file.size)}</span>
      </p>
      <div class="fields">
        <TextField label="Name" value={name} onInput={setName} />
        {holdsImages ? (
          <>
            <TextField
              label="Target column"
              hint="Only if a table in the archive labels the images"
              value={target}
              onInput={setTarget}
            />
            <ImageFields fields={images} onFields={setImages} />
          </>
        ) : columns === null ? (
          <TextField label="Target array" hint="If empty: targets" value={target} onInput={setTarget} />
        ) : (
          <>
            <SelectField
              label="Target column"
              hint="The column to predict"
              value={target}
              options={columns}
              onChange={setTarget}
            />
            <SelectField
              label="Split column"
              hint="Assigns each row to train, validation or test"
              value={split}
              options={[['', 'None'] as const, ...columns]}
              onChange={setSplit}
            />
          </>
        )}
      </div>
      <div class="row">
        <button type="submit" class="primary" disabled={busy}>
          Upload
        </button>
        <button type="button" disabled={busy} onClick={props.onAnother}>
          Another file
        </button>
      </div>
      {busy && <progress max={1} value={props.sent ?? 0} aria-label="Sent" />}
      {props.sent === 1 && <p class="muted small">Sent; the service is reading it</p>}
      <Failure error={error ?? notInspected} />
      {inspection !== null && error === null && holdsImages && <InspectedImages inspection={inspection} />}
      {inspection !== null && error === null && columns !== null && (
        <InspectedFile inspection={inspection} columns={features} types={types} onTypes={setTypes} />
      )}
    </form>
  );
}
