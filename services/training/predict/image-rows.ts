// Reads image files for predict: one as the whole body, or several in a form. They are decoded as the training images were.

import type { ImageForm } from '#contracts/datasets/image-data.ts';
import { decode } from '../images/decode.ts';
import { type Bytes, bodyProblem, Complaints, type ReadRows, type Wanted } from './rows.ts';

function formOf({ images }: Wanted): ImageForm {
  if (images !== undefined) return images;
  const message = 'this model was not trained on image files: send inputs as arrays or records';
  throw bodyProblem('no_images', message);
}

async function whole(body: Bytes): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces);
}

export const readImageRows: ReadRows = async function* (body, wanted) {
  const form = formOf(wanted);
  const bytes = await whole(body);
  let pixels: Uint8Array;
  try {
    pixels = await decode(bytes, form);
  } catch (error) {
    throw bodyProblem('corrupt_image', (error as Error).message.split('\n')[0]!);
  }
  yield pixels;
};

/** Reads every file of the form in order, whatever its field name. */
export const readImageFormRows: ReadRows = async function* (body, wanted) {
  const form = formOf(wanted);
  const bytes = await whole(body);
  // The body's first line is its multipart boundary.
  const boundary = /^(?:\r\n)?--([^\r\n]{1,200})\r\n/.exec(bytes.subarray(0, 256).toString('latin1'))?.[1];
  const files: File[] = [];
  try {
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    const fields = await new Response(new Uint8Array(bytes), { headers }).formData();
    for (const [, value] of fields) if (typeof value !== 'string') files.push(value as File);
  } catch {
    throw bodyProblem('malformed_form', 'not a well-formed form of image files');
  }
  if (files.length === 0)
    throw bodyProblem('required', 'expected image files (curl: -F image=@a.png -F image=@b.jpg)');
  const complaints = new Complaints();
  for (const [i, file] of files.entries()) {
    try {
      const pixels = await decode(new Uint8Array(await file.arrayBuffer()), form);
      if (!complaints.any) yield pixels;
    } catch (error) {
      const why = (error as Error).message.split('\n')[0]!;
      complaints.add(`files[${i}]`, 'corrupt_image', `"${file.name.slice(0, 200)}": ${why}`);
    }
  }
  complaints.throwIfAny();
};
