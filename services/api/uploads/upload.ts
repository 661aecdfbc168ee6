// Files sent as multipart/form-data, or one as the whole body. They are first written to a temporary folder: forms usually send the file
// before the fields that say how to read it, and it should not have to stay in memory until then. The limit applies while they stream.

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import { type Detail, Problem, problemOf } from '#contracts/errors.ts';
import { tooLarge } from '../failure.ts';
import type { Scratch } from './scratch.ts';

export interface UploadedFile {
  /** The temporary file, removed once the upload has been processed. */
  path: string;
  /** The client's name for it; null if it is the whole body. */
  filename: string | null;
  /** The media type sent with it; null if it is the whole body. */
  type: string | null;
  sha256: string;
  bytes: number;
}

export interface Upload {
  /** By form field. */
  files: ReadonlyMap<string, UploadedFile>;
  /** The other form fields; one given more than once is an array. */
  fields: Record<string, unknown>;
}

export interface Accepts {
  /** Names of the file fields, of which at least one is required. */
  files: readonly [string, ...string[]];
  /** For all files together. */
  maxBytes: number;
}

const MAX_FIELD_BYTES = 256 * 1024;

function malformed(error: unknown): unknown {
  // The form parser throws plain errors; those with a code come from Fastify, the file system or the socket.
  if (error instanceof Problem || !(error instanceof Error) || 'code' in error) return error;
  const message = `not a well-formed form: ${error.message}`;
  return problemOf('invalid_request', [{ param: 'body', code: 'malformed_form', message }]);
}

/** Writes files to one folder, with a limit on their total size. */
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
    // If the main file is there, this is a misspelled field, which is reported when the fields are parsed.
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

/** Creates the folders that uploads are written to. */
export type UploadFolders = Pick<Scratch, 'folder'>;

async function inFolder<T>(scratch: UploadFolders, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await scratch.folder();
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Passes the uploaded files to `use`; they are always removed afterwards. */
export function withUpload<T>(
  scratch: UploadFolders,
  request: FastifyRequest,
  accepts: Accepts,
  use: (upload: Upload) => Promise<T>,
): Promise<T> {
  return inFolder(scratch, async (folder) => {
    const upload = await receive(request, folder, accepts).catch((error: unknown) => {
      throw malformed(error);
    });
    return use(upload);
  });
}

/** Likewise, if the whole body is the file. */
export function withBody<T>(
  scratch: UploadFolders,
  body: Readable,
  maxBytes: number,
  use: (file: UploadedFile) => Promise<T>,
): Promise<T> {
  return inFolder(scratch, async (folder) => {
    const spooler = new Spooler(folder, maxBytes);
    // If the body is rejected half-way, its stream must survive: the reply needs the connection.
    await spooler.add('file', { filename: null, mimetype: null }, body.iterator({ destroyOnReturn: false }));
    return use(spooler.files.get('file')!);
  });
}
