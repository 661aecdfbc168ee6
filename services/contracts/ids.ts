// Ids: a prefix that names the kind, then a time-ordered body, so that sorting by id is sorting by creation.

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's base 32: no i, l, o, u

export const ID_PREFIX = {
  job: 'job_',
  'cross-validation': 'cv_',
  dataset: 'ds_',
  weights: 'w_',
  checkpoint: 'chk_',
  artifact: 'art_',
  event: 'evt_',
  key: 'key_',
  webhook: 'wh_',
  upload: 'u_',
} as const;

export type IdKind = keyof typeof ID_PREFIX;

let lastMillis = 0;
let counter = 0;

function base32(value: number, digits: number): string {
  let text = '';
  let rest = value;
  for (let i = 0; i < digits; i++) {
    text = ALPHABET[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** A new id: 10 digits of milliseconds, 3 of a counter within the millisecond, and 13 random ones. */
export function newId(kind: IdKind): string {
  // The clock may go backwards; the ids of one process never do.
  const now = Math.max(Date.now(), lastMillis);
  counter = now === lastMillis ? counter + 1 : 0;
  lastMillis = now;
  const random = Array.from(crypto.getRandomValues(new Uint8Array(13)), (byte) => ALPHABET[byte % 32]);
  return ID_PREFIX[kind] + base32(now, 10) + base32(counter % 32768, 3) + random.join('');
}

/** Whether `text` has the form of an id of this kind. If not, it cannot be one and need not be looked up. */
export function isId(kind: Exclude<IdKind, 'event'>, text: string): boolean {
  const prefix = ID_PREFIX[kind];
  return text.startsWith(prefix) && /^[0-9a-hjkmnp-tv-z]{26}$/.test(text.slice(prefix.length));
}

/** Derived from the job and the sequence number, so that no row has to store it. */
export function eventId(jobId: string, seq: number): string {
  return `${ID_PREFIX.event}${jobId.slice(ID_PREFIX.job.length)}_${seq}`;
}
