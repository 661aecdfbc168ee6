// Malformed and oversized files, by name, each generated when it is needed.

import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

export interface HostileFile {
  what: string;
  /** The route it is uploaded to. */
  route: '/datasets' | '/weights';
  fileName: string;
  content(): Buffer;
}

const MIB = 2 ** 20;

interface Entry {
  name: string;
  data: Buffer;
  /** The unpacked size that the archive declares; defaults to the true one. */
  claims?: number;
  unpacked: number;
  crc: number;
}

/** A ZIP archive of deflated entries, declaring whatever sizes it is given. */
export function zip(entries: readonly Entry[], before = Buffer.alloc(0)): Buffer {
  const locals: Buffer[] = [before];
  const directory: Buffer[] = [];
  let at = before.length;
  for (const { name, data, unpacked, claims = unpacked, crc } of entries) {
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(crc, 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(claims, 18);
    fields.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), data]);
    const central = Buffer.alloc(42);
    central.writeUInt16LE(20, 0);
    fields.copy(central, 2, 0, 26);
    central.writeUInt32LE(at, 38);
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), central, Buffer.from(name));
    locals.push(local);
    at += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

export const entry = (name: string, content: Buffer, claims?: number): Entry => ({
  name,
  data: deflateRawSync(content),
  unpacked: content.length,
  crc: crc32(content),
  ...(claims === undefined ? {} : { claims }),
});

function npy(header: string, data: Buffer = Buffer.alloc(0), claimed?: number): Buffer {
  const text = Buffer.from(`${header.padEnd(117, ' ')}\n`, 'latin1');
  const length = Buffer.alloc(2);
  length.writeUInt16LE(claimed ?? text.length);
  return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00', 'latin1'), length, text, data]);
}

const array = (shape: string, descr = '<f4', data = Buffer.alloc(16)) =>
  npy(`{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`, data);
const pair = (inputs: Buffer, claims?: number) =>
  zip([entry('inputs.npy', inputs, claims), entry('targets.npy', array('(4,)'))]);

function safetensors(header: string, data: Buffer = Buffer.alloc(16), claimed?: bigint): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(claimed ?? BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), data]);
}
const tensor = (shape: unknown, offsets: unknown, dtype = 'F32') =>
  JSON.stringify({ 'layer1.weight': { dtype, shape, data_offsets: offsets } });

const dataset = (what: string, fileName: string, content: () => Buffer): HostileFile => ({
  what,
  route: '/datasets',
  fileName,
  content,
});
const weights = (what: string, content: () => Buffer): HostileFile => ({
  what,
  route: '/weights',
  fileName: 'weights.safetensors',
  content,
});

/** Unpacks to more than any upload may have. */
const BOMB_BYTES = 260 * MIB;
const bomb = () => array(`(4, ${BOMB_BYTES / 16})`, '<f4', Buffer.alloc(BOMB_BYTES));

export const HOSTILE_FILES: readonly HostileFile[] = [
  dataset('a zip bomb of 260 MiB', 'bomb.npz', () => pair(bomb())),
  dataset('a zip bomb that says it is small', 'bomb.npz', () => pair(bomb(), 100)),
  dataset('an archive that claims 4 GiB of little', 'lie.npz', () => pair(array('(4,)'), 2 ** 32 - 2)),
  dataset('an archive whose directory points beyond it', 'cut.npz', () =>
    pair(array('(4,)')).subarray(0, -40),
  ),
  dataset('an archive of two thousand entries', 'many.npz', () =>
    zip(Array.from({ length: 2_000 }, (_, i) => entry(`a${i}.npy`, array('(4,)')))),
  ),
  dataset('an archive with a path that leads out', 'out.npz', () =>
    zip([entry('../../inputs.npy', array('(4,)')), entry('/etc/targets.npy', array('(4,)'))]),
  ),
  dataset('an archive of pickles', 'pickle.npz', () => pair(array('(4,)', '|O'))),
  dataset('an array of more numbers than there are bytes', 'huge.npz', () => pair(array('(1099511627776,)'))),
  dataset('an array whose size overflows', 'overflow.npz', () => pair(array('(4294967296, 4294967296)'))),
  dataset('an array of less than nothing', 'negative.npz', () => pair(array('(-4,)'))),
  dataset('an array whose header is longer than the file', 'header.npz', () =>
    pair(npy("{'descr': '<f4', }", Buffer.alloc(0), 65_535)),
  ),
  dataset('an array whose header is a program', 'program.npz', () =>
    pair(npy('__import__("os").system("true")')),
  ),
  dataset('a CSV whose rows are ragged', 'ragged.csv', () =>
    Buffer.from('a,b,target\n1,2,0\n1,2\n1,2,3,4\n'),
  ),
  dataset('a CSV with a cell of 32 MiB', 'cell.csv', () =>
    Buffer.concat([Buffer.from('a,target\n'), Buffer.alloc(32 * MIB, 'x'), Buffer.from(',0\n1,1\n')]),
  ),
  dataset('a CSV with a quote that never ends', 'quote.csv', () =>
    Buffer.concat([Buffer.from('a,target\n"'), Buffer.alloc(32 * MIB, '1,0\n')]),
  ),
  dataset('a CSV of a hundred thousand columns', 'wide.csv', () => {
    const names = Array.from({ length: 100_000 }, (_, i) => `c${i}`);
    return Buffer.from(`${names.join(',')},target\n${names.map(() => '1').join(',')},0\n`);
  }),
  dataset('a CSV of nothing but its header', 'header.csv', () => Buffer.from('a,b,target\n')),
  dataset('a CSV of nothing at all', 'empty.csv', () => Buffer.alloc(0)),
  dataset('a CSV of zero bytes', 'zeros.csv', () => Buffer.alloc(MIB)),
  dataset('a PNG that calls itself a CSV', 'image.csv', () =>
    Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(1_000, 0xe7)]),
  ),
  dataset('a CSV that is an archive, too', 'polyglot.npz', () =>
    zip([entry('inputs.npy', Buffer.from('no array'))], Buffer.from('a,target\n1,0\n2,1\n')),
  ),
  dataset('a gzip bomb that calls itself a CSV', 'bomb.csv', () => gzipSync(Buffer.alloc(64 * MIB))),
  weights('weights whose header is longer than the file', () =>
    safetensors('{}', Buffer.alloc(16), 2n ** 62n),
  ),
  weights('weights whose header is most of the memory', () => safetensors('{}', Buffer.alloc(16), 2n ** 31n)),
  weights('weights whose header is no JSON', () => safetensors('{"layer1')),
  weights('weights whose header is a list', () => safetensors('[]')),
  weights('weights that lie beyond the file', () => safetensors(tensor([2, 2], [0, 1_000_000]))),
  weights('weights that end before they begin', () => safetensors(tensor([2, 2], [16, 0]))),
  weights('weights whose shape is not their bytes', () => safetensors(tensor([1_000_000], [0, 16]))),
  weights('weights whose shape is no shape', () => safetensors(tensor([-2, 2.5, 'x'], [0, 16]))),
  weights('weights of a type that nobody knows', () => safetensors(tensor([2, 2], [0, 16], 'F99'))),
  weights('weights with an empty file', () => Buffer.alloc(0)),
  weights('weights nested a hundred thousand deep', () => safetensors(`${'['.repeat(100_000)}`)),
];
