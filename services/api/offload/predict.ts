// Prediction in a process of its own: models are read from files and kept while there is room; large replies go through a file.

import { createReadStream } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { openRows } from '#training/data/rows/table-file.ts';
import { evaluateModel } from '#training/evaluate/evaluate.ts';
import { type WrittenToken, write } from '#training/generate/generate.ts';
import { type LanguageModel, loadLanguageModel } from '#training/generate/language-model.ts';
import { Residents } from '#training/predict/residents.ts';
import { type Sink, servePredict } from '#training/predict/serve.ts';
import { loadPredictor, type Predictor } from '#training/predict.ts';
import { type Content, MESSAGE_BYTES, type Tasks } from './protocol.ts';

/** The language models' share of the memory for models. */
const WRITERS_SHARE = 1 / 4;

export class PredictTasks {
  readonly #models: Residents<Predictor>;
  readonly #writers: Residents<LanguageModel>;

  constructor(maxBytes: number) {
    let collecting = false;
    const collect = () => {
      if (collecting) return;
      collecting = true;
      setImmediate(() => {
        collecting = false;
        (globalThis as { gc?: () => void }).gc?.();
      });
    };
    this.#models = new Residents(maxBytes * (1 - WRITERS_SHARE), collect);
    this.#writers = new Residents(maxBytes * WRITERS_SHARE, collect);
  }

  generate(
    { model, request }: Tasks['generate']['task'],
    told: (token: WrittenToken) => void,
    signal: AbortSignal,
  ): Promise<Tasks['generate']['done']> {
    const load = async () => loadLanguageModel(await readFile(model.path), undefined, model.which);
    return this.#writers.use(model.key, load, (writer) => write(writer, request, told, signal));
  }

  evaluate({ model, table }: Tasks['evaluate']['task']): Promise<Tasks['evaluate']['done']> {
    return this.#models.use(model.key, loaderOf(model), async (predictor) => {
      using rows = openRows({ own: table, held: {} });
      return await evaluateModel(predictor, rows);
    });
  }

  predict(task: Tasks['predict']['task']): Promise<Tasks['predict']['done']> {
    const { model, body, format, answer, part, jobId, out } = task;
    return this.#models.use(model.key, loaderOf(model), async (predictor) => {
      await using sink = new Spill(out);
      const source = 'bytes' in body ? [body.bytes] : createReadStream(body.path, { highWaterMark: 2 ** 18 });
      const { warnings } = await servePredict(
        predictor,
        source,
        format,
        { format: answer, part, jobId },
        sink,
      );
      return { answer: await sink.finish(), warnings };
    });
  }

  forget(key: string): void {
    this.#writers.forget(key);
    this.#models.forget(key);
  }
}

const loaderOf =
  ({ path, which }: Tasks['predict']['task']['model']) =>
  async () =>
    loadPredictor(await readFile(path), undefined, which);

/** Collects an answer: in memory at first, in a file once it exceeds what a message may carry. */
class Spill implements Sink {
  readonly #path: string;
  #pieces: Buffer[] = [];
  #held = 0;
  #size = 0;
  #file: FileHandle | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  async write(piece: string | Uint8Array): Promise<void> {
    const bytes = Buffer.from(piece as Uint8Array);
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#held += bytes.length;
    this.#size += bytes.length;
    if (this.#held <= MESSAGE_BYTES) return;
    this.#file ??= await open(this.#path, 'w');
    await this.#file.writeFile(Buffer.concat(this.#pieces));
    this.#pieces = [];
    this.#held = 0;
  }

  async rewrite(start: Uint8Array): Promise<void> {
    if (this.#file !== null) await this.#file.write(start, 0, start.length, 0);
    else {
      const whole = Buffer.concat(this.#pieces);
      whole.set(start, 0);
      this.#pieces = [whole];
    }
  }

  async finish(): Promise<Content> {
    if (this.#file === null) return { bytes: Buffer.concat(this.#pieces) };
    if (this.#pieces.length > 0) await this.#file.writeFile(Buffer.concat(this.#pieces));
    return { path: this.#path, size: this.#size };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file?.close();
  }
}
