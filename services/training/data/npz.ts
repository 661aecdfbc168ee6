// NumPy's .npz: a ZIP archive of .npy files, stored or deflated. Two of them are taken, the inputs and the targets; no
// entry is unpacked further than the limit, whatever the archive says of itself.

import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { problemOf } from '#contracts/errors.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { fileProblem } from './file-problem.ts';

/** Names that an archive's arrays commonly have, in order. */
const INPUTS = ['inputs', 'x', 'X', 'x_train', 'X_train', 'images', 'data'];
const TARGETS = ['targets', 'y', 'Y', 'y_train', 'Y_train', 'labels', 'target'];
const MAX_ENTRIES = 1_000;

export interface NpzChoice {
  readonly inputs?: string | undefined;
  readonly targets?: string | undefined;
}

export interface Unpacked {
  readonly inputs: Uint8Array;
  readonly targets: Uint8Array;
}

export function isZip(head: Uint8Array): boolean {
  return head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5);
}

/** @param maxBytes of both arrays together, unpacked. @throws Problem */
export async function unpackNpz(path: string, choice: NpzChoice, maxBytes: number): Promise<Unpacked> {
  const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);
  let zip: yauzl.ZipFile | null = null;
  try {
    zip = await open(path, { autoClose: false, lazyEntries: true, strictFileNames: false });
    const entries = await arraysIn(zip);
    const [inputs, targets] = choose(entries, choice);
    const total = inputs.uncompressedSize + targets.uncompressedSize;
    if (total > maxBytes) {
      throw fileProblem('too_big', `the arrays unpack to ${total} bytes, the limit is ${maxBytes}`);
    }
    return { inputs: await unpack(zip, inputs), targets: await unpack(zip, targets) };
  } catch (error) {
    throw isOurs(error) ? error : malformed(error);
  } finally {
    zip?.close();
  }
}

/** Problems pass, and so does what the file system says; a bare error is the archive's fault. */
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

function choose(entries: ReadonlyMap<string, yauzl.Entry>, choice: NpzChoice): [yauzl.Entry, yauzl.Entry] {
  const names = [...entries.keys()].slice(0, 50).map((name) => name.slice(0, 100));
  if (names.length === 0)
    throw fileProblem(
      'not_npz',
      'the ZIP archive holds no .npy file: it is not a .npz (an Excel workbook is a ZIP archive, too: save it as CSV)',
    );
  const find = (given: string | undefined, common: readonly string[], param: string) => {
    const name = given ?? common.find((each) => entries.has(each));
    const entry = name === undefined ? undefined : entries.get(name);
    if (entry !== undefined) return entry;
    const message =
      name === undefined
        ? `none of its arrays (${names.join(', ')}) is called ${common.join(' or ')}: name one with ${param}`
        : `there is no array "${name.slice(0, 100)}"; ${didYouMean(name.slice(0, 100), names)}`;
    return { param, code: 'unknown_array', message };
  };
  const inputs = find(choice.inputs, INPUTS, 'features');
  const targets = find(choice.targets, TARGETS, 'target');
  const details = [inputs, targets].flatMap((found) => ('code' in found ? [found] : []));
  if (details.length > 0) throw problemOf('invalid_dataset', details);
  return [inputs, targets] as [yauzl.Entry, yauzl.Entry];
}

/** yauzl ends with an error where an entry is longer or shorter than its claimed size. */
async function unpack(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Uint8Array> {
  if (entry.isEncrypted()) throw fileProblem('encrypted', 'the archive is encrypted');
  const read = promisify<yauzl.Entry, import('node:stream').Readable>(zip.openReadStream.bind(zip));
  const bytes = await buffer(await read(entry));
  if (crc32(bytes) !== entry.crc32) throw new Error(`${entry.fileName} is damaged (CRC-32)`);
  return bytes;
}
