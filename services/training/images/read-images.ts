// From an archive of images to a table of bytes [samples, channels, height, width]. Headers are read first, so that the table is allocated
// once in its final size; then images are decoded into it one after the other. Unreadable ones are collected over the whole archive and
// reported by path.

import type { DatasetInfo } from '#contracts/datasets/dataset.ts';
import type { ImageInfo } from '#contracts/datasets/image-data.ts';
import { type Detail, Problem } from '#contracts/errors.ts';
import type { Interpretation } from '#contracts/interpreted.ts';
import type { Warning } from '#contracts/warnings.ts';
import { fileProblem } from '../data/formats/file-problem.ts';
import type { Noted } from '../data/formats/noted.ts';
import { MARKS } from '../data/rows/split.ts';
import type { ReadTable } from '../data/table.ts';
import { Bad, each, type Named } from './bad.ts';
import { decode, lookAt, thumbnail } from './decode.ts';
import { type Entries, type Entry, openTar, openZip, shown } from './entries.ts';
import { checkSize, formOf, type ImageChoice, sizesAndFormats } from './form.ts';
import { type Cell, type LabelsRead, readLabels } from './labels-file.ts';
import { laid, type Part, type Sorted, sorted } from './layout.ts';
import { targetsOf } from './targets.ts';

export interface ArchiveChoice extends ImageChoice {
  readonly target?: string | undefined;
  readonly split?: string | undefined;
}

const MOST_DETAILS = 100;
const PREVIEWED = 40;
const THUMBNAIL = 96;

interface Picture extends Named {
  readonly target: Cell;
  readonly part: Part;
  readonly row: number;
}

/** @param maxBytes of all files together, unpacked. @throws Problem */
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
  const told = await picturesOf(files, choice, interpreted);
  const bad = new Bad(told.pictures.length);

  const looked = await each(told.pictures, bad, async ({ entry }) => lookAt(await entry.read()));
  const headers = looked.filter((one) => one !== null);
  // Where some can be read, those are decoded before anything is told: that may fail as well.
  bad.throwUnless(true, headers.length);
  const { form, interpreted: found } = formOf(headers, choice);
  interpreted.push(...found);
  const animated = headers.filter(({ pages }) => pages > 1).length;
  if (animated > 0)
    interpreted.push({ param: 'file', from: `${animated} with several frames`, to: 'the first frame' });

  const shape = [form.channels === 'grey' ? 1 : 3, form.height, form.width];
  const width = shape[0]! * form.height * form.width;
  checkSize(told.pictures.length, form);
  const pixels = new Uint8Array(told.pictures.length * width);
  const good = await each(told.pictures, bad, async ({ entry }, i) => {
    if (looked[i] === null) return null;
    pixels.set(await decode(await entry.read(), form), i * width);
    return true;
  });
  bad.throwUnless(choice.corrupt === 'skip', good.filter((one) => one !== null).length);
  const kept = told.pictures.flatMap((picture, i) => (good[i] === null ? [] : [{ picture, i }]));
  for (const [to, { i }] of kept.entries())
    if (to < i) pixels.copyWithin(to * width, i * width, (i + 1) * width);
  const inputs = pixels.subarray(0, kept.length * width);
  const pictures = kept.map(({ picture }) => picture);
  const usedHeaders = kept.map(({ i }) => looked[i]!);

  const { target, targets } = await targetsOf(
    pictures.map((each) => each.target),
    pictures.map(({ row }) => row),
    told.name,
    told.byFolders,
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
  const warnings = [...told.warnings, ...bad.warnings()];
  const info: DatasetInfo = {
    source: 'images',
    samples: pictures.length,
    input_shape: shape,
    input_range: rangeOf(inputs),
    input_dtype: 'uint8',
    features: null,
    images,
    ...(told.splitBy !== null && { split: { column: told.splitBy, ...counts } }),
    ...(warnings.length > 0 && { warnings }),
    target,
  };
  const marks = told.splitBy === null ? {} : { marks: Uint8Array.from(pictures, ({ part }) => MARKS[part]) };
  const rows = [];
  for (const i of spread(target.labels === null ? null : targets, pictures.length)) {
    const label = target.labels?.[targets[i]!] ?? pictures[i]!.target;
    const png = await thumbnail(inputs.subarray(i * width, (i + 1) * width), form, THUMBNAIL);
    rows.push([png, label as string | number | unknown[], pictures[i]!.entry.path.slice(0, 1_000)]);
  }
  const preview = { columns: ['image', told.name, 'file'], rows };
  noted.preview = preview;
  return { info, preview, table: { info, inputs, targets, ...marks }, interpreted };
}

interface Told {
  readonly pictures: readonly Picture[];
  readonly name: string;
  /** Then targets are classes, also where they are called 0, 1, 2. */
  readonly byFolders: boolean;
  /** What says what is held out: the folders, or a column; null where nothing does. */
  readonly splitBy: string | null;
  readonly warnings: readonly Warning[];
}

async function picturesOf(
  files: Sorted,
  choice: ArchiveChoice,
  interpreted: Interpretation[],
): Promise<Told> {
  const { images, labels, litter, others } = files;
  if (litter > 0)
    interpreted.push({ param: 'file', from: `${litter} files of operating systems`, to: 'left out' });
  if (images.length === 0) {
    const message =
      'the archive holds no images: PNG, JPEG, WebP, GIF or TIFF in folders named for their classes';
    throw fileProblem('no_images', message);
  }
  const warnings: Warning[] = [];
  const warn = (code: string, message: string) => warnings.push({ code, param: 'file', message });
  if (others.length > 0)
    warn('unused_files', `${others.length} other files were not used, such as "${shown(others[0]!.path)}"`);
  const folders = laid(images, false);
  // Folders say the classes; a table beside them is asked where they do not tell any apart, or where a column is named.
  const classes = new Set(folders.samples.map(({ label }) => label));
  const byTable =
    labels.length > 0 && (folders.details.length > 0 || classes.size < 2 || choice.target !== undefined);
  if (!byTable) {
    if (choice.target !== undefined)
      throw fileProblem(
        'unknown_column',
        'the archive has no table of labels: its folders say the classes',
        'target',
      );
    if (choice.split !== undefined)
      throw fileProblem(
        'unknown_column',
        'the archive has no table of labels: folders called train, val and test say what is held out',
        'split',
      );
    if (folders.details.length > 0) throw refused(folders.details);
    if (labels.length > 0)
      warn(
        'unused_files',
        `"${shown(labels[0]!.path)}" was not used: the folders say the classes; target=COLUMN takes it`,
      );
    const pictures = folders.samples.map(({ entry, label, part }, row) => ({
      entry,
      target: label!,
      part,
      row,
    }));
    if (pictures.length === 0)
      throw fileProblem('no_images', 'no image lies in a folder that says its class');
    return {
      pictures,
      name: 'class',
      byFolders: true,
      splitBy: folders.hasParts ? 'folders' : null,
      warnings: [...warnings, ...folders.warnings],
    };
  }
  if (labels.length > 1) {
    const names = labels.slice(0, 10).map(({ path }) => `"${shown(path)}"`);
    throw fileProblem(
      'ambiguous',
      `there are several tables: ${names.join(', ')}; leave the one that says what the images are`,
    );
  }
  const read = await readLabels(labels[0]!, images, choice);
  const parts = laid(images, true);
  if (parts.details.length > 0) throw refused(parts.details);
  return fromTable(
    read,
    labels[0]!.path,
    new Map(parts.samples.map(({ entry, part }) => [entry, part])),
    parts.hasParts,
    warnings,
  );
}

function fromTable(
  { rows, name, unused, splitColumn, unnamed }: LabelsRead,
  path: string,
  partOf: ReadonlyMap<Entry, Part>,
  hasParts: boolean,
  warnings: Warning[],
): Told {
  if (unnamed > 0) {
    const message = `${unnamed} images are not named in "${shown(path)}" and were left out`;
    warnings.push({ code: 'images_without_class', param: 'file', message });
  }
  if (unused.length > 0) {
    const message = `columns of "${shown(path)}" that were not used: ${unused.slice(0, 20).join(', ')}`;
    warnings.push({ code: 'unused_columns', param: 'file', message });
  }
  const pictures = rows.map(({ entry, target, part, row }) => ({
    entry,
    target,
    row,
    part: part ?? partOf.get(entry) ?? 'train',
  }));
  return {
    pictures,
    name,
    byFolders: false,
    splitBy: splitColumn ?? (hasParts ? 'folders' : null),
    warnings,
  };
}

function refused(details: readonly Detail[]): Problem {
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : '';
  return new Problem('invalid_dataset', `${details[0]!.message}${more}`, details.slice(0, MOST_DETAILS));
}

function rangeOf(values: Uint8Array): DatasetInfo['input_range'] {
  let [min, max] = [255, 0];
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  return { min, max, integral: true };
}

/** Rows to show: of each class some, as far as they go. */
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
