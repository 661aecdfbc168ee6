// A trained language model that generates: one program for any number of concurrent texts. The state of a text is swapped out of the
// program when another one's turn comes.

import { Problem } from '#contracts/errors.ts';
import type { Which } from '#contracts/jobs/checkpoint.ts';
import type { Backend, Executable } from '#engine/backends/backend.ts';
import { defaultBackend } from '../backend.ts';
import type { Resident } from '../predict/residents.ts';
import { decodeArtifact } from '../run/artifact.ts';
import { type Coder, coderOf, type Tokenizer } from '../text/tokenizer.ts';
import { LOGITS, stepProgram, whyNoSteps } from './step-program.ts';

export interface LanguageModel extends Resident {
  readonly coder: Coder;
  readonly tokenizer: Tokenizer;
  /** Context size in tokens; null if it is unlimited (recurrent networks). */
  readonly positions: number | null;
  /** Starts a new text. */
  open(): Reading;
}

/** A text being read token by token. */
export interface Reading {
  /** Tokens read since the start or the last restart. */
  readonly position: number;
  /** @returns the logits of the token after this one; they must not be kept */
  read(token: number): Promise<Float32Array>;
  /** Forgets everything read. */
  restart(): void;
}

const MODULE_BYTES = 2 ** 20;

/** @throws Problem if the model cannot generate text */
export async function loadLanguageModel(
  artifact: Uint8Array,
  backend: Backend = defaultBackend,
  which: Which = 'last',
): Promise<LanguageModel> {
  const { card, model, layout, states } = decodeArtifact(artifact, which);
  const { text } = card;
  if (text === undefined) {
    const message = 'the job is not a language model, which is trained on a plain text (a .txt dataset)';
    throw new Problem('conflict', message);
  }
  const why = whyNoSteps(model);
  if (why !== null) throw new Problem('conflict', `the network cannot generate token by token: ${why}`);
  const { program, memory, positions } = stepProgram(model, layout);
  const executable = await backend.compile(program);
  for (const [name, values] of Object.entries(states)) executable.write(name, values);
  const stateBytes = Object.values(states).reduce((sum, { byteLength }) => sum + byteLength, 0);
  const turns = new Turns(executable, memory);
  return {
    coder: coderOf(text.tokenizer),
    tokenizer: text.tokenizer,
    positions,
    bytes: executable.bytes + stateBytes + MODULE_BYTES,
    open: () => new Text(turns),
    dispose: () => executable.dispose(),
  };
}

/** Runs one text at a time, and tracks whose memory the program holds. */
class Turns {
  readonly executable: Executable;
  readonly #memory: ReadonlyMap<string, number>;
  #owner: Text | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(executable: Executable, memory: ReadonlyMap<string, number>) {
    this.executable = executable;
    this.#memory = memory;
  }

  take<T>(text: Text, work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(async () => {
      if (this.#owner !== text) await this.#change(text);
      return work();
    });
    this.#last = mine.catch(() => {});
    return mine;
  }

  async #change(text: Text): Promise<void> {
    if (this.#owner !== null) {
      const kept = new Map<string, Float32Array>();
      for (const name of this.#memory.keys())
        kept.set(name, (await this.executable.read(name)) as Float32Array);
      this.#owner.kept = kept;
    }
    for (const [name, size] of this.#memory)
      this.executable.write(name, text.kept?.get(name) ?? new Float32Array(size));
    text.kept = null;
    this.#owner = text;
  }

  /** Erases the memory in the program. */
  clear(): void {
    for (const [name, size] of this.#memory) this.executable.write(name, new Float32Array(size));
  }
}

class Text implements Reading {
  /** This text's memory while the program holds another text's. */
  kept: Map<string, Float32Array> | null = null;
  position = 0;
  readonly #turns: Turns;
  readonly #token = new Int32Array(1);
  readonly #scalars = new Float32Array(1);
  #anew = false;

  constructor(turns: Turns) {
    this.#turns = turns;
  }

  restart(): void {
    this.position = 0;
    this.#anew = true;
  }

  read(token: number): Promise<Float32Array> {
    return this.#turns.take(this, async () => {
      const { executable } = this.#turns;
      if (this.#anew) this.#turns.clear();
      this.#anew = false;
      this.#token[0] = token;
      this.#scalars[0] = this.position++;
      executable.write('inputs', this.#token);
      await executable.run('step', { steps: 1, cursor: 0, counter: 0, scalars: this.#scalars });
      return (await executable.read(LOGITS)) as Float32Array;
    });
  }
}
