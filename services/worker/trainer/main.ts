// A trainer: a process that trains one job at a time. It knows only the training module and its parent: no database, no queue, no
// environment.

import { readFile, writeFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Problem } from '#contracts/errors.ts';
import { LIMITS } from '#contracts/limits.ts';
import type { RenderedModel } from '#contracts/training/model.ts';
import { whichOf } from '#contracts/training/weights-ref.ts';
import { threadedBackend } from '#training/backend.ts';
import { openTable } from '#training/data/rows/table-file.ts';
import { type Devices, deviceFault, devicesFor } from '#training/devices.ts';
import { decodeSafetensors } from '#training/model/safetensors.ts';
import { initialStates } from '#training/model/weights.ts';
import { isCheckpoint, modelFileOf } from '#training/run/artifact.ts';
import { type FitHooks, type FitOptions, fit } from '#training/run/fit.ts';
import type { KeptModel, KeptModels } from '#training/run/kept-models.ts';
import { type Checkpointing, openCheckpointing } from './checkpointing.ts';
import { machineFault } from './machine-fault.ts';
import { type Assignment, type FromTrainer, MAX_UNRECORDED, type ToTrainer } from './protocol.ts';
import { rehearse } from './rehearsal.ts';

// The worker decides when to stop: Ctrl-C in a terminal signals every process there.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

// Exit without a parent. The watchdog thread notices even while a step blocks this one.
process.once('disconnect', () => process.exit(0));
new Worker(new URL('./watchdog.ts', import.meta.url), { workerData: { parent: process.ppid } }).unref();

/** Set by the parent: maximum threads per job. */
const backend = threadedBackend(Number(process.argv[2] ?? 1));
/** Set by the parent: how much of the table is kept in memory, in bytes. */
const dataBytes = Number(process.argv[3] ?? LIMITS.trainerDataBytes);

/** The worker's pending request. */
let requested: 'cancel' | 'pause' | null = null;
/** For jobs of earlier versions, which have no interval for checkpoints within an epoch. */
const EVERY_SECONDS = 30;

let unrecorded = 0;
let onRecorded = () => {};
let checkpointing: Checkpointing | null = null;

/** Resolves once the message is sent. */
function sendAwaited(message: FromTrainer): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(message, undefined, {}, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** Lets messages in; waits while too many reports are unrecorded. */
async function yieldToEvents(): Promise<void> {
  await turn();
  while (unrecorded >= MAX_UNRECORDED && requested !== 'cancel') {
    await new Promise<void>((resolve) => {
      onRecorded = resolve;
    });
  }
}

/** If sending fails, the parent is gone and 'disconnect' follows. */
function send(message: FromTrainer): void {
  sendAwaited(message).catch(() => {});
}

async function train(assignment: Assignment): Promise<FromTrainer> {
  const devices = await devicesFor(assignment.spec.device, assignment.adapter, backend);
  try {
    return await trainOn(devices, assignment);
  } finally {
    // An idle trainer must not hold a GPU.
    devices.close();
  }
}

async function trainOn(
  devices: Devices,
  { spec, table, held = {}, weights, resume, checkpoint, models }: Assignment,
): Promise<FromTrainer> {
  unrecorded = 0;
  const options: FitOptions = {
    devices,
    dataBytes,
    ...(weights === undefined ? {} : { initial: startingStates(spec.model, await readFile(weights)) }),
    ...(resume === undefined
      ? {}
      : {
          resume: {
            file: await readFile(resume),
            report: (refused, moved) => send({ type: 'resumed', refused, moved }),
          },
        }),
  };
  const everySeconds = spec.training.checkpoint.every_seconds ?? EVERY_SECONDS;
  const keeping = openCheckpointing({ path: checkpoint, everySeconds, send });
  checkpointing = keeping;
  const hooks: FitHooks = {
    onEpoch(report) {
      unrecorded++;
      send({ type: 'epoch', report });
    },
    onProgress: (report) => send({ type: 'progress', report }),
    onWarning: (warning) => send({ type: 'warning', warning }),
    onNote: (message) => send({ type: 'note', message }),
    onDevice: (chosen) => send({ type: 'device', chosen }),
    onCheckpoint: (place) => keeping.offer(place),
    wantsCheckpoint: () => keeping.isWanted(),
    shouldStop: () => requested,
    yieldToEvents,
  };
  using opened = openTable({ own: table, held });
  const result = await fit(spec, opened, hooks, options);
  const { outcome, fingerprint, message = null, test = null } = result;
  const kept = outcome === 'paused' ? { last: null, best: null } : await writeModels(result.models, models);
  const { rss } = process.memoryUsage();
  return { type: 'end', outcome, models: kept, fingerprint, message, test, rss };
}

/** Another job's weights may come in the form of a checkpoint that contains them. */
function startingStates(model: RenderedModel, file: Buffer): Record<string, Float32Array> {
  const dict = isCheckpoint(file) ? modelFileOf(file, whichOf(model.weights ?? '')) : file;
  return initialStates(model, decodeSafetensors(dict).tensors);
}

async function writeModels(
  { last, best }: KeptModels,
  paths: Assignment['models'],
): Promise<Extract<FromTrainer, { type: 'end' }>['models']> {
  const placeOf = (model: KeptModel | null) => model && { epoch: model.epoch, step: model.step };
  if (last !== null) await writeFile(paths.last, last.file);
  if (best !== null && best.step !== last?.step) await writeFile(paths.best, best.file);
  return { last: placeOf(last), best: placeOf(best) };
}

function failure(error: unknown): FromTrainer {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const machine = machineFault(error);
  if (machine !== null) return { type: 'failed', reason: 'machine', message: machine, stack: stack ?? null };
  const reason = error instanceof Problem ? 'invalid' : (deviceFault(error) ?? 'internal');
  return { type: 'failed', reason, message, stack: stack ?? null };
}

process.on('message', (message: ToTrainer) => {
  if (message.type === 'train') {
    requested = null;
    train(message)
      .catch(failure)
      .then(sendAwaited)
      .catch(() => process.exit(1));
    return;
  }
  if (message.type === 'stored') return checkpointing?.stored();
  if (message.type === 'checkpoint') return checkpointing?.request();
  if (message.type === 'cancel' || message.type === 'pause') requested = message.type;
  else unrecorded -= message.reports;
  onRecorded();
});

await rehearse({ backend });
await sendAwaited({ type: 'ready' });
