// Describes an uploaded file of weights from its header alone.

import { type FileHandle, open } from 'node:fs/promises';
import { problemOf } from '#contracts/errors.ts';
import { isStorable, NOT_STORABLE } from '#contracts/text.ts';
import type { TensorInfo } from '#contracts/weights.ts';
import { headerLength, readHeader, SafetensorsError } from './safetensors.ts';

/** Some 80,000 tensors: far more than any model here can have. */
const MAX_HEADER_BYTES = 8 * 2 ** 20;
const MAX_KEY = 500;

/** Reads a file's header, not its data. @throws Problem */
export async function readWeightsFile(path: string): Promise<TensorInfo[]> {
  const file = await open(path);
  try {
    return await tensorsIn(file, (await file.stat()).size);
  } catch (error) {
    if (!(error instanceof SafetensorsError)) throw error;
    throw problemOf('invalid_weights', [
      { param: 'file', code: 'invalid_safetensors', message: error.message },
    ]);
  } finally {
    await file.close();
  }
}

async function tensorsIn(file: FileHandle, size: number): Promise<TensorInfo[]> {
  const first = Buffer.alloc(8);
  await file.read(first, 0, 8, 0);
  const length = headerLength(first, size, MAX_HEADER_BYTES);
  const json = Buffer.alloc(length);
  await file.read(json, 0, length, 8);
  const { tensors } = readHeader(json, size - 8 - length);
  if (tensors.size === 0) throw new SafetensorsError('it contains no tensors');
  return Array.from(tensors, ([key, { dtype, shape }]) => {
    if (key.length > MAX_KEY)
      throw new SafetensorsError(`a key of ${key.length} characters, the limit is ${MAX_KEY}`);
    if (!isStorable(key)) throw new SafetensorsError(`a key ${NOT_STORABLE}`);
    return { key, dtype, shape: [...shape] };
  });
}
