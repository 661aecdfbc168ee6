// The reply format of generated tokens, from the Accept header.

import { problemOf } from '#contracts/errors.ts';

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

/** The first supported format in the header. @throws Problem `not_acceptable` */
export function formOf(accept: string | undefined): Form {
  if (accept === undefined || accept.trim() === '') return 'json';
  for (const part of accept.slice(0, 1_000).split(',')) {
    const type = part.split(';', 1)[0]!.trim().toLowerCase();
    if (Object.hasOwn(FORMS, type)) return FORMS[type]!;
  }
  const message = `${JSON.stringify(accept.slice(0, 100))} is not supported; supported: application/json, text/event-stream or application/x-ndjson`;
  throw problemOf('not_acceptable', [{ param: 'accept', code: 'not_acceptable', message }]);
}
