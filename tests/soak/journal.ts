// The journal of a run: what happened, one line of JSON each, and the violations found.

import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';

export class Journal {
  readonly begun = performance.now();
  readonly violations: string[] = [];
  readonly counts = new Map<string, number>();
  #last = 'nothing yet';
  readonly #file: WriteStream;

  constructor(directory: string) {
    this.#file = createWriteStream(path.join(directory, 'journal.jsonl'));
  }

  note(what: string, fields: object = {}): void {
    const line = { ms: Math.round(performance.now() - this.begun), at: new Date().toISOString(), what };
    this.#file.write(`${JSON.stringify({ ...line, ...fields })}\n`);
  }

  fault(kind: string, fields: object): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.#last = kind;
    this.note('fault', { kind, ...fields });
  }

  get lastFault(): string {
    return this.#last;
  }

  get faults(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  violation(text: string): void {
    this.violations.push(text);
    this.note('violation', { text });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#file.end(resolve));
  }
}
