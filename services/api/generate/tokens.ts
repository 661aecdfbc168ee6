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

  /** No more messages follow. @param error the reason, unless the text is complete */
  end(error: unknown = null): void {
    this.#ended = { error };
    this.#wake.resolve();
  }

  /** Resolves once a message is available. @throws the error, if generation fails before that */
  async first(): Promise<void> {
    await this.#wake.promise;
    if (this.#waiting.length === 0 && this.#ended !== null) throw this.#ended.error;
  }

  /** @throws the error passed to `end` */
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
