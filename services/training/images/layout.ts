// What the folders of an archive mean: classes (cat/1.png) and held-out parts (train/cat/1.png, val/…, test/…). Folders are classes, as in
// torchvision's ImageFolder; deeper folders belong to the class above them.

import type { Detail } from '#contracts/errors.ts';
import type { Warning } from '#contracts/warnings.ts';
import { PART_NAMES } from '../data/columns/split-column.ts';
import type { MARKS } from '../data/rows/split.ts';
import { type Entry, shown } from './entries.ts';

export type Part = keyof typeof MARKS;

const IMAGE = /\.(png|jpe?g|jfif|webp|gif|tiff?)$/i;
const NOT_READ = /\.(bmp|hei[cf]|avif|svg|ico|psd|jp2|jxl|raw|dng|cr2|nef|tga)$/i;
const ARCHIVE = /\.(zip|tar|gz|tgz|bz2|tbz2?|xz|txz|zst|7z|rar)$/i;
export const LABELS = /\.(csv|tsv|jsonl|ndjson|json)$/i;
/** Files that operating systems leave in folders. */
const LITTER = /(^|\/)(__MACOSX\/|\.[^/.][^/]*|Thumbs\.db$|desktop\.ini$|ehthumbs\.db$)/i;

/** The part of the dataset that a word stands for, if any. */
export function partOf(word: string): Part | undefined {
  const folded = word.trim().toLowerCase();
  return Object.hasOwn(PART_NAMES, folded) ? PART_NAMES[folded] : undefined;
}

export interface Sorted {
  readonly images: readonly Entry[];
  /** Files that may contain the labels. */
  readonly labels: readonly Entry[];
  /** Number of files left by operating systems, which are ignored. */
  readonly litter: number;
  readonly others: readonly Entry[];
  readonly details: readonly Detail[];
}

export function sorted(entries: readonly Entry[]): Sorted {
  const details: Detail[] = [];
  const refuse = (path: string, message: string) =>
    details.push({ param: 'file', code: 'not_read', message: `"${shown(path)}": ${message}` });
  const images: Entry[] = [];
  const labels: Entry[] = [];
  const others: Entry[] = [];
  let litter = 0;
  for (const entry of entries) {
    const { path } = entry;
    if (LITTER.test(path)) litter++;
    else if (IMAGE.test(path)) images.push(entry);
    else if (LABELS.test(path)) labels.push(entry);
    else if (ARCHIVE.test(path)) refuse(path, 'archives inside the archive are not opened: unpack it first');
    else if (NOT_READ.test(path)) refuse(path, 'not a supported format: PNG, JPEG, WebP, GIF or TIFF');
    else others.push(entry);
  }
  return { images, labels, litter, others, details };
}

export interface Sample {
  readonly entry: Entry;
  /** The class; null if a labels file provides it. */
  readonly label: string | null;
  readonly part: Part;
}

export interface Laid {
  readonly samples: readonly Sample[];
  readonly hasParts: boolean;
  readonly warnings: readonly Warning[];
  readonly details: readonly Detail[];
}

const foldersOf = (path: string) =>
  path
    .split('/')
    .slice(0, -1)
    .filter((folder) => folder !== '' && !/^\.{1,2}$/.test(folder));

/** Depth of the folders that wrap the whole archive. */
function wrapping(folders: readonly (readonly string[])[], least: number): number {
  let depth = 0;
  for (;;) {
    const first = folders[0]?.[depth];
    const shared = first !== undefined && folders.every((each) => each[depth] === first);
    if (!shared || partOf(first) !== undefined || !folders.every((each) => each.length > depth + least))
      return depth;
    depth++;
  }
}

/** If a labels file provides the classes (`labelled`), folders only determine what is held out. */
export function laid(images: readonly Entry[], labelled: boolean): Laid {
  const all = images.map(({ path }) => foldersOf(path));
  const depth = wrapping(all, labelled ? 0 : 1);
  const own = all.map((folders) => folders.slice(depth));
  const top = new Set(own.map(([first = '']) => first));
  const inParts = [...top].filter((name) => partOf(name) !== undefined);
  const deeper = own.some(([first = '', second]) => partOf(first) !== undefined && second !== undefined);
  const hasParts = inParts.length > 0 && (labelled || deeper);
  const warnings: Warning[] = [];
  const details: Detail[] = [];
  const refuse = (message: string) => details.push({ param: 'file', code: 'no_class', message });
  if (hasParts && inParts.length < top.size) {
    const beside = [...top].filter((name) => partOf(name) === undefined).map((name) => `"${shown(name)}"`);
    refuse(
      `besides ${inParts.map((name) => `"${name}"`).join(', ')} there are ${beside.slice(0, 10).join(', ')}: either all folders are parts (train, val, test), or all are classes`,
    );
    return { samples: [], hasParts, warnings, details };
  }
  if (labelled) {
    const samples = images.map((entry, i) => ({
      entry,
      label: null,
      part: (hasParts ? partOf(own[i]![0]!) : undefined) ?? 'train',
    }));
    return { samples, hasParts, warnings, details };
  }
  const samples: Sample[] = [];
  const without = new Map<string, number>();
  for (const [i, entry] of images.entries()) {
    const [first, second] = own[i]!;
    const label = hasParts ? second : first;
    if (label !== undefined) {
      samples.push({ entry, label, part: hasParts ? partOf(first!)! : 'train' });
    } else if (hasParts && partOf(first!) === 'test') {
      without.set(first!, (without.get(first!) ?? 0) + 1);
    } else if (details.length < 100) {
      refuse(
        `"${shown(entry.path)}" is not in a folder named for its class, as in cat/1.png or train/cat/1.png`,
      );
    }
  }
  for (const [folder, count] of without) {
    const message = `the ${count} images directly in "${folder}" have no class and were left out`;
    warnings.push({ code: 'images_without_class', param: 'file', message });
  }
  return { samples, hasParts, warnings, details };
}
