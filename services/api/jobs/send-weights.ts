// Downloads of weights as a safetensors file with torch's keys. Weights of a finished job are stored in that form and streamed; those of a
// checkpoint are extracted first.

import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Problem } from '#contracts/errors.ts';
import type { TenantStore } from '#store/store.ts';
import { isCheckpoint, modelFileOf } from '#training/run/artifact.ts';
import { openAdmission } from '../access/admission.ts';
import { isKnown } from '../etag.ts';
import type { WeightsSource } from '../lookup.ts';

export const WEIGHTS_REPLY = {
  200: {
    description: 'A safetensors file; its ETag changes with its bytes',
    content: { 'application/octet-stream': { schema: z.file() } },
  },
  304: z.null().describe('Unchanged: If-None-Match matches'),
};

/** Limits how many checkpoints are in memory at once. */
const extracting = openAdmission(2, 'checkpoints');

async function* whole(first: Buffer | undefined, rest: AsyncIterator<Buffer>) {
  if (first !== undefined) yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

/** @param name of the file, without its extension */
export async function sendWeights(
  store: TenantStore,
  request: FastifyRequest,
  reply: FastifyReply,
  { artifact: id, which }: WeightsSource,
  name: string,
): Promise<never> {
  const artifact = await store.artifacts.find(id);
  if (artifact === null) throw new Problem('not_found', `the weights of ${name} have just been deleted`);
  const pieces = store.artifacts.read(id)[Symbol.asyncIterator]();
  const { value: first } = (await pieces.next()) as IteratorResult<Buffer, undefined>;
  const inCheckpoint = first !== undefined && isCheckpoint(first);
  if (isKnown(request, reply, inCheckpoint ? `${artifact.sha256}-${which}` : artifact.sha256)) {
    return reply.code(304).send(null) as never;
  }
  reply
    .type('application/octet-stream')
    .header('content-disposition', `attachment; filename="${name}.safetensors"`);
  if (!inCheckpoint) {
    reply.header('content-length', artifact.bytes);
    return reply.send(Readable.from(whole(first, pieces))) as never;
  }
  const file = await extracting.run(async () => modelFileOf(await buffer(whole(first, pieces)), which));
  return reply.send(Buffer.from(file.buffer, file.byteOffset, file.byteLength)) as never;
}
