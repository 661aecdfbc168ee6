// Prediction for the routes. Small requests to small models are answered here within microseconds; everything else in a process beside the
// API, which blocks no other request and whose crash affects only the request that caused it.

import { readFile } from 'node:fs/promises';
import { problemOf } from '#contracts/errors.ts';
import { Which } from '#contracts/jobs/checkpoint.ts';
import type { GenerateRequest } from '#contracts/jobs/generate.ts';
import { type PredictionPart, PredictRequest } from '#contracts/jobs/job-api.ts';
import { detailsOf } from '#contracts/problems.ts';
import type { Warning } from '#contracts/warnings.ts';
import type { ArtifactStore, StoreLog } from '#store/store.ts';
import type { Figures } from '#training/evaluate/evaluate.ts';
import type { Written } from '#training/generate/generate.ts';
import { type AnswerFormat, answerWriter } from '#training/predict/answers.ts';
import { quickRows } from '#training/predict/quick.ts';
import { Residents } from '#training/predict/residents.ts';
import type { RowFormat } from '#training/predict/serve.ts';
import { loadPredictor, type Predictor, readRequest } from '#training/predict.ts';
import type { WeightsSource } from '../lookup.ts';
import { type Listener, openOffload } from '../offload/offload.ts';
import type { Content } from '../offload/protocol.ts';
import { parseJson } from '../plugins/json.ts';
import type { Body } from '../uploads/body.ts';
import type { Scratch } from '../uploads/scratch.ts';
import { openModelFiles } from './model-files.ts';
import { openRecentModels, type RecentModels } from './recent.ts';

declare module 'fastify' {
  interface FastifyInstance {
    predictors: Predictors;
  }
}

const MIB = 2 ** 20;
/** Larger bodies are not parsed in the API process. */
const QUICK_BODY_BYTES = 32 * 1024;
/** Share of the model memory for models loaded in the API process itself. */
const QUICK_SHARE = 1 / 8;
/** For model files on disk. */
const FILE_BYTES = 2_048 * MIB;
/** What the process takes without any model while working on a large body. */
const PROCESS_BYTES = 512 * MIB;

export interface PredictCall {
  source: WeightsSource;
  jobId: string;
  body: Body;
  format: RowFormat;
  answer: AnswerFormat;
  part: PredictionPart | null;
  /** Path for a large answer. */
  out(): Promise<string>;
}

export interface Predicted {
  content: Content | string;
  /** Also included in a JSON answer. */
  warnings: readonly Warning[];
}

export interface Predictors {
  predict(call: PredictCall): Promise<Predicted>;
  /** @throws Problem if the model cannot generate text or the request is invalid */
  generate(source: WeightsSource, request: GenerateRequest, listener: Listener): Promise<Written>;
  /** @param table path of a stored table. @throws Problem if it does not fit the model */
  evaluate(source: WeightsSource, table: string): Promise<Figures>;
  /** The weights that jobs serve, cached briefly. */
  readonly recent: RecentModels;
  /** Unloads the models of a deleted artifact. */
  forget(artifactId: string): void;
  /** Of the predict process, if it is running. */
  readonly pid: number | undefined;
  close(): Promise<void>;
}

export interface PredictorsOptions {
  artifacts: Pick<ArtifactStore, 'read'>;
  scratch: Scratch;
  log: StoreLog;
  /** Memory for loaded models. */
  maxBytes: number;
}

export function openPredictors({ artifacts, scratch, log, maxBytes }: PredictorsOptions): Predictors {
  const files = openModelFiles(artifacts, scratch, FILE_BYTES);
  const recent = openRecentModels();
  const quick = new Residents<Predictor>(maxBytes * QUICK_SHARE);
  const offload = openOffload({
    settings: { modelBytes: maxBytes * (1 - QUICK_SHARE) },
    log,
    concurrency: 16,
    capacity: 512,
    maxRss: maxBytes + PROCESS_BYTES,
    idleMs: null,
  });

  /** The answer, or null if it takes more time than the event loop can spare. */
  const answerHere = (call: PredictCall, bytes: Buffer, path: string): Promise<Predicted | null> =>
    quick.use(
      modelKey(call.source),
      async () => loadPredictor(await readFile(path), undefined, call.source.which),
      async (predictor) => {
        const request = parseRequest(bytes);
        const rows = (request.inputs ?? request.records)?.length ?? 0;
        if (rows > quickRows(predictor.model) || predictor.forecaster !== null) return null;
        const writer = answerWriter(predictor, { format: 'json', part: call.part, jobId: call.jobId });
        const values = readRequest(request, predictor.wanted);
        const watch = predictor.watch();
        watch?.look(values, values.length / Math.max(1, rows));
        const warnings = watch?.warnings() ?? [];
        const outputs = await predictor.outputs(values);
        return { content: `${writer.begin()}${writer.block(outputs)}${writer.end(warnings)}`, warnings };
      },
    );

  return {
    predict: (call) =>
      files.use(call.source.artifact, async (file) => {
        const { source, body, format, answer, part, jobId } = call;
        if (file.quick && format === 'json' && answer === 'json' && body.bytes !== undefined) {
          const small = body.bytes.length <= QUICK_BODY_BYTES;
          const answered = small ? await answerHere(call, body.bytes, file.path) : null;
          if (answered !== null) return answered;
        }
        const { answer: content, warnings } = await offload.run('predict', {
          model: { key: modelKey(source), path: file.path, which: source.which },
          body: body.bytes === undefined ? { path: body.path, size: body.size } : { bytes: body.bytes },
          format,
          answer,
          part,
          jobId,
          out: await call.out(),
        });
        return { content, warnings };
      }),
    generate: (source, request, listener) =>
      files.use(source.artifact, (file) => {
        const model = { key: modelKey(source), path: file.path, which: source.which };
        return offload.run('generate', { model, request }, listener);
      }),
    evaluate: (source, table) =>
      files.use(source.artifact, (file) =>
        offload.run('evaluate', {
          model: { key: modelKey(source), path: file.path, which: source.which },
          table,
        }),
      ),
    recent,
    forget(artifactId) {
      recent.forget(artifactId);
      files.forget(artifactId);
      for (const which of Which.options) {
        const key = modelKey({ artifact: artifactId, which });
        quick.forget(key);
        if (offload.pid !== undefined) offload.run('forget', { key }).catch(() => {});
      }
    },
    get pid() {
      return offload.pid;
    },
    close: () => offload.close(),
  };
}

/** A file may hold two models, so the artifact alone is not enough. */
const modelKey = ({ artifact, which }: WeightsSource) => `${artifact}@${which}`;

function parseRequest(bytes: Buffer): PredictRequest {
  const parsed = PredictRequest.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  throw problemOf('invalid_request', detailsOf(parsed.error, PredictRequest));
}
