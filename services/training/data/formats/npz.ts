// Reads NumPy's .npz: a ZIP archive of .npy files, stored or deflated. Two of them are used, inputs and targets; no entry is unpacked
// beyond the limit, whatever size the archive declares.

import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { problemOf } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { fileProblem } from './file-problem.ts';

/** Common names for the arrays of one part of the data. */
const partNames = (part: string) => ({
  inputs: [
    `x_${part}`,
    `X_${part}`,
    `${part}_x`,
    `${part}_X`,
    `${part}_inputs`,
    `${part}_images`,
    `${part}_data`,
  ],
  targets: [`y_${part}`, `Y_${part}`, `${part}_y`, `${part}_Y`, `${part}_targets`, `${part}_labels`],
});
const TRAIN = partNames('train');
const HELD_OUT = {
  validation: ['val', 'valid', 'validation', 'dev'].map(partNames),
  test: ['test'].map(partNames),
} as const;

/** Common names for the arrays of an archive, in order of preference. */
const INPUTS = ['inputs', 'x', 'X', ...TRAIN.inputs, 'images', 'data'];
const TARGETS = ['targets', 'y', 'Y', ...TRAIN.targets, 'labels', 'target'];
const MAX_ENTRIES = 1_000;

export interface NpzChoice {
  readonly inputs?: string | undefined;
  readonly targets?: string | undefined;
}

export interface Pair<T> {
  readonly inputs: T;
  readonly targets: T;
}

export interface Unpacked extends Pair<Uint8Array> {
  /** Held-out arrays, recognized by their names. */
  readonly held: { readonly [P in keyof typeof HELD_OUT]?: Pair<Uint8Array> };
  /** Names of the arrays that were not used. */
  readonly unused: readonly string[];
}

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/** @param maxBytes limit on the total unpacked size of the arrays used. @throws Problem */
export async function unpackNpz(path: string, choice: NpzChoice, maxBytes: number): Promise<Unpacked> {
  const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);
  let zip: yauzl.ZipFile | null = null;
  try {
    zip = await open(path, { autoClose: false, lazyEntries: true, strictFileNames: false });
    const entries = await arraysIn(zip);
    const [inputs, targets] = choose(entries, choice);
    const held = heldOut(entries, inputs);
    const taken = [{ inputs, targets }, ...Object.values(held)].flatMap((pair) => [
      pair.inputs,
      pair.targets,
    ]);
    const total = taken.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
    if (total > maxBytes) {
      throw fileProblem('too_big', `the arrays decompress to ${total} bytes, the limit is ${maxBytes}`);
    }
    const from = zip;
    const pair = async (of: Pair<yauzl.Entry>) => ({
      inputs: await unpack(from, of.inputs),
      targets: await unpack(from, of.targets),
    });
    return {
      ...(await pair({ inputs, targets })),
      held: {
        ...(held.validation && { validation: await pair(held.validation) }),
        ...(held.test && { test: await pair(held.test) }),
      },
      unused: [...entries].flatMap(([name, entry]) => (taken.includes(entry) ? [] : [name])),
    };
  } catch (error) {
    throw isOurs(error) ? error : malformed(error);
  } finally {
    zip?.close();
  }
}

/** Problems and file system errors pass through; any other error means a malformed archive. */
function isOurs(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: string };
  return (
    name === 'Problem' || (code !== undefined && !code.startsWith('Z_') && !code.startsWith('ERR_BUFFER'))
  );
}

function malformed(error: unknown) {
  const why = error instanceof Error ? error.message : String(error);
  return fileProblem('malformed', `the file is not a well-formed .npz: ${why}`);
}

function arraysIn(zip: yauzl.ZipFile): Promise<Map<string, yauzl.Entry>> {
  return new Promise((resolve, reject) => {
    const entries = new Map<string, yauzl.Entry>();
    let seen = 0;
    zip.on('error', reject);
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: yauzl.Entry) => {
      const name = /^(.+)\.npy$/.exec(entry.fileName)?.[1];
      if (++seen > MAX_ENTRIES) {
        reject(fileProblem('too_big', `more than ${MAX_ENTRIES} files in the archive`));
      } else if (name !== undefined && entries.has(name)) {
        reject(fileProblem('duplicate', `the archive has two arrays "${name.slice(0, 100)}"`));
      } else {
        if (name !== undefined) entries.set(name, entry);
        zip.readEntry();
      }
    });
    zip.readEntry();
  });
}

/** Pairs of arrays named for a held-out part, provided that the chosen inputs are those named for training. */
function heldOut(entries: ReadonlyMap<string, yauzl.Entry>, inputs: yauzl.Entry) {
  const found: { -readonly [P in keyof typeof HELD_OUT]?: Pair<yauzl.Entry> } = {};
  if (!TRAIN.inputs.some((name) => entries.get(name) === inputs)) return found;
  for (const [part, spellings] of Object.entries(HELD_OUT)) {
    for (const spelling of spellings) {
      const [x, y] = [spelling.inputs, spelling.targets].map((names) =>
        entries.get(names.find((name) => entries.has(name)) ?? ''),
      );
      if (x !== undefined && y !== undefined)
        found[part as keyof typeof HELD_OUT] ??= { inputs: x, targets: y };
    }
  }
  return found;
}

function choose(entries: ReadonlyMap<string, yauzl.Entry>, choice: NpzChoice): [yauzl.Entry, yauzl.Entry] {
  const names = [...entries.keys()].slice(0, 50).map((name) => name.slice(0, 100));
  if (names.length === 0)
    throw fileProblem(
      'not_npz',
      'the ZIP archive contains no .npy file: it is not a .npz (an Excel workbook is also a ZIP archive; save it as CSV)',
    );
  const find = (given: string | undefined, common: readonly string[], param: string) => {
    const name = given ?? common.find((each) => entries.has(each));
    const entry = name === undefined ? undefined : entries.get(name);
    if (entry !== undefined) return entry;
    const message =
      name === undefined
        ? `none of its arrays (${names.join(', ')}) is called ${common.join(' or ')}: choose one with ${param}`
        : `there is no array "${name.slice(0, 100)}"; ${didYouMean(name.slice(0, 100), names)}`;
    return { param, code: 'unknown_array', message };
  };
  const inputs = find(choice.inputs, INPUTS, 'features');
  const targets = find(choice.targets, TARGETS, 'target');
  const details = [inputs, targets].flatMap((found) => ('code' in found ? [found] : []));
  if (details.length > 0) throw problemOf('invalid_dataset', details);
  return [inputs, targets] as [yauzl.Entry, yauzl.Entry];
}

/** yauzl fails if an entry is longer or shorter than its declared size. */
async function unpack(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Uint8Array> {
  if (entry.isEncrypted()) throw fileProblem('encrypted', 'the archive is encrypted');
  const read = promisify<yauzl.Entry, import('node:stream').Readable>(zip.openReadStream.bind(zip));
  const bytes = await buffer(await read(entry));
  if (crc32(bytes) !== entry.crc32) throw new Error(`${entry.fileName} is corrupt (CRC-32)`);
  return bytes;
}
