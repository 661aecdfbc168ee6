// Files sent as multipart/form-data, or one as the whole body. They are first written to a temporary folder: forms usually send the file
// before the fields that say how to read it, and it should not have to stay in memory until then. The limit applies while they stream.

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import { type Detail, Problem, problemOf } from '#contracts/errors.ts';
import { tooLarge } from '../failure.ts';

export interface UploadedFile {
  /** Where it lies until the request is answered. */
  path: string;
  /** What the sender called it; null where the body is the file. */
  filename: string | null;
  /** The media type that came with it; null where the body is the file. */
  type: string | null;
  sha256: string;
  bytes: number;
}

export interface Upload {
  /** By the name of their field. */
  files: ReadonlyMap<string, UploadedFile>;
  /** The other fields of the form; one that was given twice is an array. */
  fields: Record<string, unknown>;
}

/** What may be sent. */
export interface Accepts {
  /** Names of file fields; at least one of them must be there. */
  files: readonly [string, ...string[]];
  /** Of all files together. */
  maxBytes: number;
}

const MAX_FIELD_BYTES = 256 * 1024;

function malformed(error: unknown): unknown {
  // The form parser throws bare errors; what has a code comes from fastify, the file system or the socket.
  if (error instanceof Problem || !(error instanceof Error) || 'code' in error) return error;
  const message = `not a well-formed form: ${error.message}`;
  return problemOf('invalid_request', [{ param: 'body', code: 'malformed_form', message }]);
}

/** Writes files into one folder, counting their bytes together. */
class Spooler {
  readonly files = new Map<string, UploadedFile>();
  readonly #folder: string;
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  async add(
    field: string,
    { filename, mimetype: type }: { filename: string | null; mimetype: string | null },
    content: AsyncIterable<Buffer>,
  ): Promise<void> {
    const path = join(this.#folder, String(this.files.size));
    const hash = createHash('sha256');
    const before = this.#bytes;
    const measured = async function* (this: Spooler, chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        this.#bytes += chunk.byteLength;
        if (this.#bytes > this.#maxBytes) throw tooLarge('file', this.#maxBytes);
        hash.update(chunk);
        yield chunk;
      }
    }.bind(this);
    await pipeline(content, measured, createWriteStream(path));
    this.files.set(field, { path, filename, type, sha256: hash.digest('hex'), bytes: this.#bytes - before });
  }
}

async function receive(
  request: FastifyRequest,
  folder: string,
  { files: names, maxBytes }: Accepts,
): Promise<Upload> {
  const fields: Record<string, unknown> = Object.create(null);
  const details: Detail[] = [];
  const spooler = new Spooler(folder, maxBytes);
  const { files } = spooler;
  const wanted =
    names.length === 1
      ? `one file, in the field "${names[0]}"`
      : `one file each in the fields ${names.map((name) => `"${name}"`).join(', ')}`;

  const limits = {
    fileSize: Number.POSITIVE_INFINITY,
    fieldSize: MAX_FIELD_BYTES,
    fields: 20,
    files: names.length + 1,
    parts: names.length + 21,
  };
  for await (const part of request.parts({ limits })) {
    const isWanted = names.includes(part.fieldname);
    if (part.type === 'file') {
      if (isWanted && !files.has(part.fieldname)) {
        await spooler.add(part.fieldname, part, part.file);
        continue;
      }
      part.file.resume();
      const message = `unexpected file "${part.fieldname}"; expected ${wanted}`;
      details.push({ param: part.fieldname, code: 'unknown_key', message });
    } else if (part.valueTruncated) {
      const message = `over the limit of ${MAX_FIELD_BYTES} bytes`;
      details.push({ param: part.fieldname, code: 'too_large', message });
    } else {
      const before = fields[part.fieldname];
      fields[part.fieldname] = before === undefined ? part.value : [before, part.value].flat();
    }
  }
  for (const name of names.filter((each) => Object.hasOwn(fields, each))) {
    // Beside the usual file it is a field of another name, misspelt: whoever reads the fields says so.
    if (name !== names[0] && files.has(names[0])) continue;
    const message = `expected a file, not text (curl: -F ${name}=@data)`;
    details.push({ param: name, code: 'invalid_type', message });
  }
  if (files.size === 0 && details.length === 0) {
    const message = `expected a file in the field "${names[0]}"`;
    details.push({ param: names[0], code: 'required', message });
  }
  if (details.length > 0) throw problemOf('invalid_request', details);
  return { files, fields };
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'epochd-upload-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Gives `use` the uploaded files; whatever happens, they are removed afterwards. */
export function withUpload<T>(
  request: FastifyRequest,
  accepts: Accepts,
  use: (upload: Upload) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    const upload = await receive(request, folder, accepts).catch((error: unknown) => {
      throw malformed(error);
    });
    return use(upload);
  });
}

/** The same where the whole body is the file. */
export function withBody<T>(
  body: Readable,
  maxBytes: number,
  use: (file: UploadedFile) => Promise<T>,
): Promise<T> {
  return inFolder(async (folder) => {
    const spooler = new Spooler(folder, maxBytes);
    // What is refused half-way is read to its end all the same: the reply needs its connection.
    await spooler.add('file', { filename: null, mimetype: null }, body.iterator({ destroyOnReturn: false }));
    return use(spooler.files.get('file')!);
  });
}
