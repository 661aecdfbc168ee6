// A file that arrives as multipart/form-data. It is spooled to a temporary file first: forms usually carry the file
// before the fields that say how to read it, and memory should not have to hold it meanwhile. The limit holds
// while it streams.

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import { type Detail, Problem, problemOf } from '#contracts/errors.ts';
import { uploadTooLarge } from './failure.ts';

export interface Upload {
  /** Where it lies until the request is answered. */
  path: string;
  /** What the sender called it. */
  filename: string;
  sha256: string;
  /** The other fields of the form; one that was given twice is an array. */
  fields: Record<string, unknown>;
}

const MAX_FIELD_BYTES = 256 * 1024;

function malformed(error: unknown): unknown {
  // The form parser throws bare errors; what has a code comes from fastify, the file system or the socket.
  if (error instanceof Problem || !(error instanceof Error) || 'code' in error) return error;
  const message = `not a well-formed form: ${error.message}`;
  return problemOf('invalid_request', [{ param: 'body', code: 'malformed_form', message }]);
}

async function receive(request: FastifyRequest, path: string, maxBytes: number): Promise<Upload> {
  const hash = createHash('sha256');
  const fields: Record<string, unknown> = Object.create(null);
  const details: Detail[] = [];
  let filename: string | null = null;

  async function* measured(chunks: AsyncIterable<Buffer>) {
    let bytes = 0;
    for await (const chunk of chunks) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw uploadTooLarge(maxBytes);
      hash.update(chunk);
      yield chunk;
    }
  }

  const limits = {
    fileSize: Number.POSITIVE_INFINITY,
    fieldSize: MAX_FIELD_BYTES,
    fields: 20,
    files: 2,
    parts: 22,
  };
  for await (const part of request.parts({ limits })) {
    if (part.type === 'file') {
      if (part.fieldname === 'file' && filename === null) {
        filename = part.filename;
        await pipeline(part.file, measured, createWriteStream(path));
        continue;
      }
      part.file.resume();
      const message = `unexpected file "${part.fieldname}"; expected one file, in the field "file"`;
      details.push({ param: part.fieldname, code: 'unknown_key', message });
    } else if (part.fieldname === 'file') {
      const message = 'expected a file, not text (curl: -F file=@data.csv)';
      details.push({ param: 'file', code: 'invalid_type', message });
    } else if (part.valueTruncated) {
      const message = `over the limit of ${MAX_FIELD_BYTES} bytes`;
      details.push({ param: part.fieldname, code: 'too_large', message });
    } else {
      const before = fields[part.fieldname];
      fields[part.fieldname] = before === undefined ? part.value : [before, part.value].flat();
    }
  }
  if (filename === null && details.length === 0) {
    const message = `expected a file in the field "file"`;
    details.push({ param: 'file', code: 'required', message });
  }
  if (filename === null || details.length > 0) throw problemOf('invalid_request', details);
  return { path, filename, sha256: hash.digest('hex'), fields };
}

/** Gives `use` the uploaded file; whatever happens, it is removed afterwards. */
export async function withUpload<T>(
  request: FastifyRequest,
  maxBytes: number,
  use: (upload: Upload) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'epochd-upload-'));
  try {
    const upload = await receive(request, join(folder, 'file'), maxBytes).catch((error: unknown) => {
      throw malformed(error);
    });
    return await use(upload);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
