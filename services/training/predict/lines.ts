// Splits a stream of bytes into lines.

import { type Bytes, bodyProblem } from './rows.ts';

const MAX_LINE_BYTES = 64 * 2 ** 20;

export interface Line {
  readonly bytes: Uint8Array;
  /** Counted from 1. */
  readonly line: number;
}

/** Lines without their terminators; the last one may have none. @throws Problem if a line is longer than any row of numbers */
export async function* linesOf(body: Bytes): AsyncGenerator<Line> {
  let before: Uint8Array[] = [];
  let size = 0;
  let line = 0;
  const whole = (last: Uint8Array) => {
    const bytes = before.length === 0 ? last : Buffer.concat([...before, last]);
    before = [];
    size = 0;
    return { bytes, line: ++line };
  };
  for await (const piece of body) {
    let start = 0;
    for (let end = piece.indexOf(0x0a); end >= 0; end = piece.indexOf(0x0a, start)) {
      yield whole(piece.subarray(start, end));
      start = end + 1;
    }
    if (start === piece.length) continue;
    before.push(piece.slice(start));
    size += piece.length - start;
    if (size > MAX_LINE_BYTES) {
      throw bodyProblem('too_big', `longer than ${MAX_LINE_BYTES} bytes`, `line ${line + 1}`);
    }
  }
  if (size > 0) yield whole(new Uint8Array(0));
}
