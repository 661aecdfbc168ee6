// The datasets page: the list, upload, and details of one dataset.

import { client } from '../api.ts';
import { UploadCard } from '../dataset/upload.tsx';
import { DatasetView } from '../dataset/view.tsx';
import { ago, bytes, count, shape } from '../format.ts';
import { useLoad } from '../load.ts';
import { Failure } from '../parts/errors.tsx';
import { go, type Place } from '../router.ts';

export function DatasetsPage({ place }: { place: Place }) {
  const [, id] = place.path;
  return id === undefined ? <List /> : <DatasetView id={id} />;
}

function List() {
  const { value, error } = useLoad(
    async (signal) => (await client.datasets.list({ limit: 100 }, signal)).data,
    [],
  );
  return (
    <>
      <div class="page-head">
        <h1>Datasets</h1>
      </div>
      <UploadCard onDone={(dataset) => go(`/datasets/${dataset.id}`)} />
      <Failure error={error} />
      {value !== null && value.length > 0 && (
        <div class="card flush">
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th>Dataset</th>
                  <th>Target</th>
                  <th class="num">Samples</th>
                  <th class="hide-narrow">Input</th>
                  <th class="num hide-narrow">Size</th>
                  <th class="num hide-narrow">Created</th>
                </tr>
              </thead>
              <tbody>
                {value.map((dataset) => (
                  <tr key={dataset.id} class="link">
                    <td>
                      <a class="name" href={`#/datasets/${dataset.id}`}>
                        {dataset.name ?? dataset.id}
                      </a>
                    </td>
                    <td>
                      {dataset.target.name ?? 'targets'}{' '}
                      {dataset.target.labels !== null && (
                        <span class="muted small">{dataset.target.labels.length} classes</span>
                      )}
                    </td>
                    <td class="num">{count(dataset.samples)}</td>
                    <td class="nowrap hide-narrow">{shape(dataset.input_shape)}</td>
                    <td class="num nowrap hide-narrow">{bytes(dataset.bytes)}</td>
                    <td class="num nowrap muted hide-narrow">{ago(dataset.created_at)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      )}
      {value?.length === 0 && <p class="muted">No datasets yet: the first one you upload is listed here.</p>}
    </>
  );
}
