// Details of one dataset: column statistics over all rows, the first samples, and the jobs that use it.

import type { Dataset } from '#contracts/datasets/dataset.ts';
import { client } from '../api.ts';
import { bytes, count, shape } from '../format.ts';
import { useLoad } from '../load.ts';
import { ask, tell } from '../parts/ask.tsx';
import { Card, Stat } from '../parts/card.tsx';
import { Failure } from '../parts/errors.tsx';
import { Scroll } from '../parts/scroll.tsx';
import { Warnings } from '../parts/warnings.tsx';
import { go } from '../router.ts';
import { Arrays } from './arrays.tsx';
import { Balance } from './balance.tsx';
import { Columns } from './columns.tsx';
import { Images } from './images.tsx';
import { Rows } from './rows.tsx';
import { UsedBy } from './used-by.tsx';

export function DatasetView({ id }: { id: string }) {
  const { value: dataset, error } = useLoad((signal) => client.datasets.get(id, signal), [id]);
  const preview = useLoad((signal) => client.datasets.preview(id, signal), [id]);
  const stats = useLoad((signal) => client.datasets.stats(id, signal), [id]);
  if (dataset === null) return error === null ? <p class="muted">Loading …</p> : <Failure error={error} />;
  const tabular = dataset.features !== null || dataset.input_shape.length < 2;
  return (
    <>
      <Head dataset={dataset} />
      <Warnings warnings={stats.value?.warnings ?? dataset.warnings ?? []} />
      <Facts dataset={dataset} />
      <Failure error={preview.error ?? stats.error} />
      {preview.value !== null && dataset.features === null && (
        <Images dataset={dataset} preview={preview.value} />
      )}
      {stats.value === null && stats.error === null && (
        <Card title="Columns">
          <p class="muted" role="status">
            Reading all {count(dataset.samples)} samples …
          </p>
        </Card>
      )}
      {stats.value !== null && (
        <>
          <Columns stats={stats.value} />
          {stats.value.inputs !== null && !isText(dataset) && (
            <Arrays title="Inputs" stats={stats.value.inputs} />
          )}
          {stats.value.targets !== null && <Arrays title="Targets" stats={stats.value.targets} />}
        </>
      )}
      <div class="halves">
        {stats.value !== null && <Balance dataset={dataset} stats={stats.value} />}
        <UsedBy id={id} />
      </div>
      {preview.value !== null && tabular && !isText(dataset) && <Rows preview={preview.value} />}
      {preview.value !== null && isText(dataset) && (
        <Card title="Its beginning">
          <Scroll name="Its beginning" class="written">
            {String(preview.value.rows[0]?.[0] ?? '')}
          </Scroll>
        </Card>
      )}
    </>
  );
}

function Head({ dataset: { id, name } }: { dataset: Dataset }) {
  const remove = async () => {
    const text = 'Jobs trained on it keep their weights.';
    if (!(await ask({ title: 'Delete this dataset?', text, action: 'Delete it' }))) return;
    try {
      await client.datasets.delete(id);
      tell('The dataset was deleted');
      go('/datasets');
    } catch (failure) {
      tell((failure as Error).message);
    }
  };
  return (
    <div class="page-head">
      <div>
        <h1>{name ?? id}</h1>
        <span class="muted small mono">{id}</span>
      </div>
      <div class="row">
        <a class="button primary" href={`#/new?dataset=${id}`}>
          Train on it
        </a>
        <button type="button" class="danger" onClick={remove}>
          Delete
        </button>
      </div>
    </div>
  );
}

/** Plain text, whose bytes have no meaningful statistics. */
const isText = ({ source }: Dataset): boolean => source === 'text';

function Facts({ dataset }: { dataset: Dataset }) {
  const { target, split } = dataset;
  return (
    <dl class="stats" style={{ margin: 0 }}>
      <Stat
        name={isText(dataset) ? 'Bytes of text' : 'Samples'}
        value={count(dataset.samples)}
        under={split && `${count(split.train)} of them for training`}
      />
      {!isText(dataset) && (
        <Stat name="Input" value={shape(dataset.input_shape)} under={dataset.input_dtype} />
      )}
      {!isText(dataset) && (
        <Stat
          name="Target"
          value={target.name ?? 'targets'}
          under={target.labels === null ? shape(target.shape) : `${target.labels.length} classes`}
        />
      )}
      <Stat name="Stored" value={bytes(dataset.bytes)} />
    </dl>
  );
}
