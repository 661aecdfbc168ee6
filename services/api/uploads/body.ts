// A request body: in memory if it is small, otherwise in a file; decompressed if it came compressed. The limit applies to the decompressed
// bytes while they stream, so a bomb costs no more than any other body.

import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { problemOf } from '#contracts/errors.ts';
import { tooLarge } from '../failure.ts';

export type Body =
  | { readonly bytes: Buffer; readonly path?: undefined }
  | { readonly path: string; readonly size: number; readonly sha256: string; readonly bytes?: undefined };

export interface BodyLimits {
  /** Larger bodies go to a file. */
  inMemory: number;
  maxBytes: number;
  /** The folder for the file; called only if one is needed. */
  folder(): Promise<string>;
}

/** Whether the body is compressed, for which only gzip is supported. @throws Problem `unsupported_media_type` */
export function isGzip(encoding: string | undefined): boolean {
  const given = encoding?.trim().toLowerCase();
  if (given === undefined || given === '' || given === 'identity') return false;
  if (given === 'gzip' || given === 'x-gzip') return true;
  const message = `${JSON.stringify(given.slice(0, 40))} is not supported: send gzip, or the plain bytes`;
  throw problemOf('unsupported_media_type', [
    { param: 'content-encoding', code: 'unsupported_encoding', message },
  ]);
}

function badGzip(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  if (!code?.startsWith('Z_')) return error;
  return problemOf('invalid_request', [
    { param: 'body', code: 'malformed_gzip', message: `not gzip: ${message}` },
  ]);
}

/** @throws Problem if the body is too large or does not match its content-encoding */
export async function receiveBody(
  raw: Readable,
  encoding: string | undefined,
  limits: BodyLimits,
): Promise<Body> {
  if (!isGzip(encoding)) return collect(raw, limits);
  const gunzip = createGunzip();
  // `pipe` forwards neither errors nor a premature close.
  raw.once('error', (error) => gunzip.destroy(error));
  raw.once('close', () => {
    if (!raw.readableEnded) gunzip.destroy(new Error('the body was cut off'));
  });
  try {
    return await collect(raw.pipe(gunzip), limits);
  } catch (error) {
    raw.unpipe(gunzip);
    gunzip.destroy();
    throw badGzip(error);
  }
}

/** Nearly all bodies are small, so they are read without an extra stream. */
function collect(source: Readable, limits: BodyLimits): Promise<Body> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const leave = () => {
      source.off('data', take).off('end', end).off('error', fail);
    };
    const end = () => {
      leave();
      resolve({ bytes: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces) });
    };
    const fail = (error: Error) => {
      leave();
      reject(error);
    };
    const take = (piece: Buffer) => {
      size += piece.length;
      pieces.push(piece);
      if (size > limits.maxBytes) {
        leave();
        source.pause();
        reject(tooLarge('body', limits.maxBytes));
      } else if (size > limits.inMemory) {
        leave();
        source.pause();
        spool(source, pieces, limits).then(resolve, reject);
      }
    };
    source.on('data', take).on('end', end).on('error', fail);
  });
}

async function spool(source: Readable, begun: Buffer[], { maxBytes, folder }: BodyLimits): Promise<Body> {
  const file = path.join(await folder(), 'body');
  const hash = createHash('sha256');
  let size = 0;
  const all = async function* () {
    yield* begun;
    begun = [];
    // If the body is rejected half-way, its stream must survive: the reply needs the connection.
    yield* source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  };
  const measured = async function* () {
    for await (const piece of all()) {
      size += piece.length;
      if (size > maxBytes) throw tooLarge('body', maxBytes);
      hash.update(piece);
      yield piece;
    }
  };
  await pipeline(measured, createWriteStream(file));
  return { path: file, size, sha256: hash.digest('hex') };
}
