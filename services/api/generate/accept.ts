// The reply format of generated tokens, from the Accept header.

import { problemOf } from '#contracts/errors.ts';
import { acceptedTypes } from '../accept.ts';

export type Form = 'json' | 'events' | 'lines';

const FORMS: Record<string, Form> = {
  'application/json': 'json',
  'application/*': 'json',
  '*/*': 'json',
  'text/event-stream': 'events',
  'application/x-ndjson': 'lines',
  'application/ndjson': 'lines',
  'application/jsonl': 'lines',
};

/** The most preferred supported format. @throws Problem `not_acceptable` */
export function formOf(accept: string | undefined): Form {
  for (const type of acceptedTypes(accept)) if (Object.hasOwn(FORMS, type)) return FORMS[type]!;
  const message = `${JSON.stringify(accept?.slice(0, 100))} is not supported; supported: application/json, text/event-stream or application/x-ndjson`;
  throw problemOf('not_acceptable', [{ param: 'accept', code: 'not_acceptable', message }]);
}
