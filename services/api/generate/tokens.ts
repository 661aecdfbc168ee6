// The messages of a text being generated, for one reader: every token, then how it ended, or why it could not continue.

import type { GeneratedToken, Generation } from '#contracts/jobs/generate.ts';

export type Message = GeneratedToken | Generation;

export class Tokens {
  readonly #waiting: Message[] = [];
  #ended: { error: unknown } | null = null;
  #wake = Promise.withResolvers<void>();

  add(message: Message): void {
    this.#waiting.push(message);
    this.#wake.resolve();
  }

  /** Nothing more comes. @param error why, where it is not the end of the text */
  end(error: unknown = null): void {
    this.#ended = { error };
    this.#wake.resolve();
  }

  /** Resolves when there is something to tell. @throws where it ends before that */
  async first(): Promise<void> {
    await this.#wake.promise;
    if (this.#waiting.length === 0 && this.#ended !== null) throw this.#ended.error;
  }

  /** @throws what it ended with */
  async *all(): AsyncGenerator<Message[], void> {
    for (;;) {
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
      const messages = this.#waiting.splice(0);
      if (messages.length > 0) yield messages;
      if (this.#ended === null) continue;
      if (this.#waiting.length > 0) {
        this.#wake.resolve();
        continue;
      }
      if (this.#ended.error !== null) throw this.#ended.error;
      return;
    }
  }
}
