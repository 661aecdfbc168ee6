// The formats of a predict request and its reply, from its headers.

import { problemOf } from '#contracts/errors.ts';
import type { AnswerFormat } from '#training/predict/answers.ts';
import type { RowFormat } from '#training/predict/serve.ts';
import { acceptedTypes, bareType } from '../accept.ts';

/** Media types without parameters; the first one of each format is the one advertised. */
const TYPES: Record<string, RowFormat> = {
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/x-jsonlines': 'ndjson',
  'text/csv': 'csv',
  'application/x-npy': 'npy',
  'application/octet-stream': 'npy',
};
const IMAGES: Record<string, RowFormat> = {
  'image/png': 'image',
  'image/jpeg': 'image',
  'image/webp': 'image',
  'image/gif': 'image',
  'image/tiff': 'image',
  'multipart/form-data': 'images',
};
const KNOWN = 'application/json, application/x-ndjson, text/csv or application/x-npy';
const TAKEN = `${KNOWN}, an image (image/png, image/jpeg, …), or a form of images`;

/** @throws Problem `unsupported_media_type` */
export function rowFormat(contentType: string | undefined): RowFormat {
  const type = bareType(contentType ?? '');
  const format = [TYPES, IMAGES].find((types) => Object.hasOwn(types, type))?.[type];
  if (format !== undefined) return format;
  const message = `${type === '' ? 'none given' : JSON.stringify(type.slice(0, 60))}, expected ${TAKEN}`;
  throw problemOf('unsupported_media_type', [
    { param: 'content-type', code: 'unsupported_media_type', message },
  ]);
}

/** The most preferred supported format; JSON if any will do. @throws Problem `not_acceptable` */
export function answerFormat(accept: string | undefined): AnswerFormat {
  for (const type of acceptedTypes(accept)) {
    if (type === '*/*' || type === 'application/*') return 'json';
    if (type === 'text/*') return 'csv';
    if (Object.hasOwn(TYPES, type)) return TYPES[type] as AnswerFormat;
  }
  const message = `${JSON.stringify(accept?.slice(0, 100))} is not supported; supported: ${KNOWN}`;
  throw problemOf('not_acceptable', [{ param: 'accept', code: 'not_acceptable', message }]);
}
