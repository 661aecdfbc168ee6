// The datasets of a job request: its own, by id or inline, and those that it holds out whole.

import { type DatasetInfo, InlineDataset } from '#contracts/datasets/dataset.ts';
import type { Detail } from '#contracts/errors.ts';
import { detailsOf } from '#contracts/problems.ts';
import type { RenderedTraining } from '#contracts/training/training.ts';
import { isObject } from '../canonical/component.ts';
import { checkInline } from '../data/formats/inline.ts';
import type { Held } from '../data/rows/join.ts';
import type { ReadTable } from '../data/table.ts';
import type { Read } from '../model/component.ts';
import type { Find } from './find.ts';
import { PARTS, type Part } from './held-out.ts';

/** A dataset that came with the request, to be stored with the job. */
export type InlineTable = ReadTable & { readonly name: string | null };

interface FoundDataset {
  readonly info: DatasetInfo;
  readonly inline: InlineTable | null;
}

export async function readDataset(
  given: unknown,
  findDataset: Find<DatasetInfo>,
): Promise<Read<FoundDataset>> {
  if (typeof given === 'string') {
    const info = await findDataset(given);
    if (info !== null) return { details: [], value: { info, inline: null } };
    const message = `there is no dataset ${JSON.stringify(given.slice(0, 100))}`;
    return { details: [{ param: 'dataset', code: 'not_found', message }], value: null };
  }
  if (!isObject(given)) {
    const message = 'must be the id of a dataset, or {"inputs": […], "targets": […]}';
    return { details: [{ param: 'dataset', code: 'invalid_type', message }], value: null };
  }
  const frame = InlineDataset.safeParse(given);
  if (!frame.success)
    return { details: detailsOf(frame.error, InlineDataset, 'dataset', given), value: null };
  const { details, read } = checkInline(frame.data, 'dataset');
  if (read === null) return { details, value: null };
  return { details, value: { info: read.info, inline: { ...read, name: frame.data.name ?? null } } };
}

/** Finds the datasets that are held out whole; those that cannot be used are reported in `details`. */
export async function findHeldOut(
  training: RenderedTraining,
  own: unknown,
  find: Find<DatasetInfo>,
  details: Detail[],
): Promise<Held<DatasetInfo>> {
  const found: { -readonly [P in Part]?: DatasetInfo } = {};
  for (const part of PARTS) {
    const held = training[part];
    if (held === null || !('dataset' in held)) continue;
    const param = `training.${part}.dataset`;
    const info = held.dataset === own ? null : await find(held.dataset);
    if (info !== null) found[part] = info;
    else if (held.dataset === own) {
      const message = "is the job's own dataset: training samples cannot be held out";
      details.push({ param, code: 'does_not_fit', message });
    } else {
      const message = `there is no dataset ${JSON.stringify(held.dataset.slice(0, 100))}`;
      details.push({ param, code: 'not_found', message });
    }
  }
  return found;
}
