// From an archive of images to a table of bytes [samples, channels, height, width]. Headers are read first, so that the table is allocated
// once in its final size; then images are decoded into it one after the other. Unreadable ones are collected over the whole archive and
// reported by path.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { ImageInfo } from '#contracts/datasets/image-data.ts';
import type { Interpretation } from '#contracts/interpreted.ts';
import type { Noted } from '../data/formats/noted.ts';
import { MARKS } from '../data/rows/split.ts';
import type { ReadTable } from '../data/table.ts';
import { Bad, each } from './bad.ts';
import { decode, lookAt, thumbnail } from './decode.ts';
import { type Entries, openTar, openZip } from './entries.ts';
import { checkSize, formOf, sizesAndFormats } from './form.ts';
import { sorted } from './layout.ts';
import { type ArchiveChoice, picturesOf, refused } from './pictures.ts';
import { targetsOf } from './targets.ts';

const PREVIEWED = 40;
const THUMBNAIL = 96;

/** @param maxBytes of all files together, unpacked @throws Problem */
export async function readImages(
  path: string,
  kind: 'zip' | 'tar',
  choice: ArchiveChoice,
  maxBytes: number,
  noted: Noted = {},
): Promise<ReadTable> {
  noted.format = 'images';
  await using entries: Entries = await (kind === 'zip' ? openZip : openTar)(path, maxBytes);
  const files = sorted(entries.list);
  if (files.details.length > 0) throw refused(files.details);
  const interpreted: Interpretation[] = [];
  const found = await picturesOf(files, choice, interpreted);
  const bad = new Bad(found.pictures.length);

  const looked = await each(found.pictures, bad, async ({ entry }) => lookAt(await entry.read()));
  const headers = looked.filter((one) => one !== null);
  // If any header can be read, decoding goes first: that can fail too, and all failures are reported together.
  bad.throwUnless(true, headers.length);
  const { form, interpreted: converted } = formOf(headers, choice);
  interpreted.push(...converted);
  const animated = headers.filter(({ pages }) => pages > 1).length;
  if (animated > 0)
    interpreted.push({ param: 'file', from: `${animated} with several frames`, to: 'the first frame' });

  const shape = [form.channels === 'grey' ? 1 : 3, form.height, form.width];
  const width = shape[0]! * form.height * form.width;
  checkSize(found.pictures.length, form);
  const pixels = new Uint8Array(found.pictures.length * width);
  const good = await each(found.pictures, bad, async ({ entry }, i) => {
    if (looked[i] === null) return null;
    pixels.set(await decode(await entry.read(), form), i * width);
    return true;
  });
  bad.throwUnless(choice.corrupt === 'skip', good.filter((one) => one !== null).length);
  const kept = found.pictures.flatMap((picture, i) => (good[i] === null ? [] : [{ picture, i }]));
  for (const [to, { i }] of kept.entries())
    if (to < i) pixels.copyWithin(to * width, i * width, (i + 1) * width);
  const inputs = pixels.subarray(0, kept.length * width);
  const pictures = kept.map(({ picture }) => picture);
  const usedHeaders = kept.map(({ i }) => looked[i]!);

  const { target, targets } = await targetsOf(
    pictures.map((each) => each.target),
    pictures.map(({ row }) => row),
    found.name,
    found.byFolders,
  );
  const counts = { train: 0, validation: 0, test: 0 };
  for (const { part } of pictures) counts[part]++;
  const classCounts = target.labels === null ? null : new Array<number>(target.labels.length).fill(0);
  if (classCounts !== null) for (const code of targets) classCounts[code]!++;
  const images: ImageInfo = {
    ...form,
    ...sizesAndFormats(usedHeaders),
    class_counts: classCounts,
    skipped: bad.count,
  };
  const warnings = [...found.warnings, ...bad.warnings()];
  const info: DatasetInfo = {
    source: 'images',
    samples: pictures.length,
    input_shape: shape,
    input_range: rangeOf(inputs),
    input_dtype: 'uint8',
    features: null,
    images,
    ...(found.splitBy !== null && { split: { column: found.splitBy, ...counts } }),
    ...(warnings.length > 0 && { warnings }),
    target,
  };
  const marks = found.splitBy === null ? {} : { marks: Uint8Array.from(pictures, ({ part }) => MARKS[part]) };
  const rows = [];
  for (const i of spread(target.labels === null ? null : targets, pictures.length)) {
    const label = target.labels?.[targets[i]!] ?? pictures[i]!.target;
    const png = await thumbnail(inputs.subarray(i * width, (i + 1) * width), form, THUMBNAIL);
    rows.push([png, label as string | number | unknown[], pictures[i]!.entry.path.slice(0, 1_000)]);
  }
  const preview = { columns: ['image', found.name, 'file'], rows };
  noted.preview = preview;
  return { info, preview, table: { info, inputs, targets, ...marks }, interpreted };
}

function rangeOf(values: Uint8Array): DatasetInfo['input_range'] {
  let [min, max] = [255, 0];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max, integral: true };
}

/** The rows of the preview: some of each class, in turns. */
function spread(targets: ArrayLike<number> | null, count: number): number[] {
  const shown = new Map<number, number>();
  const rows = Array.from({ length: Math.min(count, 100_000) }, (_, i) => {
    const of = targets === null ? 0 : targets[i]!;
    const turn = shown.get(of) ?? 0;
    shown.set(of, turn + 1);
    return { i, turn };
  });
  return rows
    .sort((a, b) => a.turn - b.turn || a.i - b.i)
    .slice(0, PREVIEWED)
    .map(({ i }) => i);
}
