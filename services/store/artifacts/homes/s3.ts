// A bucket as a home, on any S3-compatible storage. Objects larger than one part use multipart uploads; a failed upload is aborted, so that
// no parts are left behind.

import { type Home, NoObject } from './home.ts';
import { openS3Requests, type S3Options, S3Refusal, type SendToS3 } from './s3-requests.ts';

/** S3 accepts at most 10,000 parts of at least 5 MiB: the first parts have 8 MiB, later ones are larger. */
const PART_BYTES = 8 * 2 ** 20;
const GROWS_EVERY = 1_000;

const isMissing = (error: unknown) => error instanceof S3Refusal && error.code === 'NoSuchKey';
const partBytes = (number: number) => PART_BYTES * 2 ** Math.floor((number - 1) / GROWS_EVERY);

/** Joins pieces into parts; the last may be shorter, and there is always at least one. */
async function* inParts(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let number = 1;
  let pending: Buffer[] = [];
  let size = 0;
  for await (const piece of pieces) {
    pending.push(piece);
    size += piece.length;
    if (size < partBytes(number)) continue;
    yield Buffer.concat(pending);
    number += 1;
    pending = [];
    size = 0;
  }
  if (size > 0 || number === 1) yield Buffer.concat(pending);
}

/** Sent over TLS or a private network: hashing every part for its signature would cost as much as sending it. */
const UNSIGNED = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };

function uploadIdIn(xml: string): string {
  const id = /<UploadId>([^<]+)<\/UploadId>/.exec(xml)?.[1];
  if (id === undefined) throw new Error(`S3 started an upload without giving its id: ${xml.slice(0, 200)}`);
  return id;
}

async function writeInParts(
  send: SendToS3,
  key: string,
  first: Buffer,
  rest: AsyncIterator<Buffer>,
): Promise<void> {
  const begun = await send(key, { method: 'POST', query: 'uploads' });
  const upload = `uploadId=${encodeURIComponent(uploadIdIn(begun.body.toString()))}`;
  try {
    const etags: string[] = [];
    for (let part: Buffer | null = first; part !== null; ) {
      const query = `partNumber=${etags.length + 1}&${upload}`;
      const { headers } = await send(key, { method: 'PUT', query, headers: UNSIGNED, body: part });
      etags.push(headers.get('etag') ?? '');
      const next = await rest.next();
      part = next.done === true ? null : next.value;
    }
    const parts = etags.map(
      (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
    );
    const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
    const { body: answer } = await send(key, { method: 'POST', query: upload, body });
    // S3 may send status 200 before it knows that the request failed.
    if (answer.includes('<Error>')) throw new Error(`S3 did not complete the upload of ${key}: ${answer}`);
  } catch (error) {
    await send(key, { method: 'DELETE', query: upload }).catch(() => {});
    throw error;
  }
}

/** @param prefix prepended to every key; empty, or ends with a slash */
export function openS3(url: string, prefix: string, options: S3Options): Home {
  const send = openS3Requests(url, options);
  const keyOf = (id: string) => `${prefix}${id}`;
  return {
    url,

    async write(id, pieces) {
      const parts = inParts(pieces);
      const { value: first } = (await parts.next()) as { value: Buffer };
      if (first.length < PART_BYTES) await send(keyOf(id), { method: 'PUT', headers: UNSIGNED, body: first });
      else await writeInParts(send, keyOf(id), first, parts);
    },

    async read(id, from, to) {
      if (from === to) return Buffer.alloc(0);
      try {
        const { body } = await send(keyOf(id), { headers: { range: `bytes=${from}-${to - 1}` } });
        // A server without range support sends the whole object.
        const piece = body.length === to - from ? body : body.subarray(from, to);
        if (piece.length !== to - from) throw new Error(`${url}/${id} ends before byte ${to}`);
        return piece;
      } catch (error) {
        if (isMissing(error)) throw new NoObject(url, id);
        throw error;
      }
    },

    async delete(id) {
      await send(keyOf(id), { method: 'DELETE' }).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    },

    async check() {
      // A fixed name: the next check cleans up after a process killed in between.
      const probe = '.probe';
      await send(keyOf(probe), { method: 'PUT', body: 'epochd' });
      await send(keyOf(probe), { method: 'DELETE' });
    },
  };
}
