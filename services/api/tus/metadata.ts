// Upload-Metadata: keys with values in base64, separated by commas. Two of them are used here; the others are only returned on request.

import { type Detail, problemOf } from '#contracts/errors.ts';
import { isStorable } from '#contracts/text.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Values by key. @throws Problem listing every malformed pair */
export function readMetadata(text: string): Map<string, string> {
  const values = new Map<string, string>();
  const details: Detail[] = [];
  const refuse = (message: string) => details.push({ param: 'upload-metadata', code: 'malformed', message });
  if (!isStorable(text)) refuse('expected ASCII');
  for (const pair of text.split(',')) {
    const [key = '', value = '', ...rest] = pair.trim().split(' ');
    const shown = JSON.stringify(pair.trim().slice(0, 80));
    if (key === '' || rest.length > 0) refuse(`expected a key and a value in base64, not ${shown}`);
    else if (!BASE64.test(value)) refuse(`the value of ${JSON.stringify(key)} is not base64: ${shown}`);
    else if (values.has(key)) refuse(`the key ${JSON.stringify(key)} is given twice`);
    else values.set(key, Buffer.from(value, 'base64').toString());
  }
  if (details.length > 0) throw problemOf('invalid_request', details);
  return values;
}
