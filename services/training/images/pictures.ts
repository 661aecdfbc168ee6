// Which images of an archive are samples, with their targets: by the folders that they are in, or by a table of labels beside them.

import { type Detail, Problem } from '#contracts/errors.ts';
import type { Interpretation } from '#contracts/interpreted.ts';
import type { Warning } from '#contracts/warnings.ts';
import { fileProblem } from '../data/formats/file-problem.ts';
import { MAX_DETAILS } from '../data/formats/flatten.ts';
import type { Named } from './bad.ts';
import { type Entry, shown } from './entries.ts';
import type { ImageChoice } from './form.ts';
import { type Cell, type LabelsRead, readLabels } from './labels-file.ts';
import { laid, type Part, type Sorted } from './layout.ts';

export interface ArchiveChoice extends ImageChoice {
  readonly target?: string | undefined;
  readonly split?: string | undefined;
}

export interface Picture extends Named {
  readonly target: Cell;
  readonly part: Part;
  readonly row: number;
}

export interface Pictures {
  readonly pictures: readonly Picture[];
  readonly name: string;
  /** Whether folders name the classes: then 0, 1, 2 are class names, not numbers. */
  readonly byFolders: boolean;
  /** What says which images are held out: the folders or a column; null if nothing does. */
  readonly splitBy: string | null;
  readonly warnings: readonly Warning[];
}

export async function picturesOf(
  files: Sorted,
  choice: ArchiveChoice,
  interpreted: Interpretation[],
): Promise<Pictures> {
  const { images, labels, litter, others } = files;
  if (litter > 0)
    interpreted.push({ param: 'file', from: `${litter} files of the operating system`, to: 'left out' });
  if (images.length === 0) {
    const message =
      'the archive contains no images: PNG, JPEG, WebP, GIF or TIFF in folders named for their classes';
    throw fileProblem('no_images', message);
  }
  const warnings: Warning[] = [];
  const warn = (code: string, message: string) => warnings.push({ code, param: 'file', message });
  if (others.length > 0)
    warn('unused_files', `${others.length} other files were not used, such as "${shown(others[0]!.path)}"`);
  const folders = laid(images, false);
  // Folders name the classes. A table beside them is used if they do not distinguish any, or if a column of it was requested.
  const classes = new Set(folders.samples.map(({ label }) => label));
  const byTable =
    labels.length > 0 && (folders.details.length > 0 || classes.size < 2 || choice.target !== undefined);
  if (!byTable) {
    if (choice.target !== undefined)
      throw fileProblem(
        'unknown_column',
        'the archive has no table of labels: its folders name the classes',
        'target',
      );
    if (choice.split !== undefined)
      throw fileProblem(
        'unknown_column',
        'the archive has no table of labels: folders called train, val and test define the split',
        'split',
      );
    if (folders.details.length > 0) throw refused(folders.details);
    if (labels.length > 0)
      warn(
        'unused_files',
        `"${shown(labels[0]!.path)}" was not used: the folders name the classes; target=COLUMN uses it`,
      );
    const pictures = folders.samples.map(({ entry, label, part }, row) => ({
      entry,
      target: label!,
      part,
      row,
    }));
    if (pictures.length === 0) throw fileProblem('no_images', 'no image is in a folder named for its class');
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
      `there are several tables: ${names.join(', ')}; keep only the one that labels the images`,
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
): Pictures {
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

export function refused(details: readonly Detail[]): Problem {
  const more = details.length > 1 ? ` (and ${details.length - 1} more)` : '';
  return new Problem('invalid_dataset', `${details[0]!.message}${more}`, details.slice(0, MAX_DETAILS));
}
