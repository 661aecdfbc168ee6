// Hook around the playground's worker: starts it with a job, runs or pauses it, and receives its frames.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { NewJob } from '#contracts/jobs/job-api.ts';
import type { Frame, FromWorker, ToWorker } from './messages.ts';

declare const PLAYGROUND_WORKER: string;

export interface Losses {
  epochs: number[];
  train: number[];
  validation: number[];
}

export interface Engine {
  readonly frame: Frame | null;
  readonly losses: Losses;
  readonly failure: string | null;
  readonly running: boolean;
  run(on: boolean): void;
  step(): void;
  reset(): void;
}

const UNSEEN_MS = 500;
/** Once the curves have this many points, every other point is dropped. */
const MOST_POINTS = 2_000;

export function useEngine(job: NewJob, grid: Float32Array, pace: number): Engine {
  const [frame, setFrame] = useState<Frame | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [running, setRunning] = useState(false);
  const [round, setRound] = useState(0);
  const losses = useRef<Losses & { every: number }>({ epochs: [], train: [], validation: [], every: 1 });
  const worker = useMemo(() => new Worker(PLAYGROUND_WORKER, { type: 'module' }), []);
  const say = (message: ToWorker) => worker.postMessage(message);
  useEffect(() => () => worker.terminate(), [worker]);

  const text = JSON.stringify(job);
  useEffect(() => {
    losses.current = { epochs: [], train: [], validation: [], every: 1 };
    setFailure(null);
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.type === 'failed') setFailure(data.message);
      else if (data.type === 'ended') setRunning(false);
      else {
        keep(losses.current, data.losses);
        setFrame(data);
        afterDrawing(() => say({ type: 'drawn' }));
      }
    };
    worker.onerror = ({ message }) => setFailure(message);
    say({ type: 'start', job: JSON.parse(text), grid });
  }, [text, round]);
  useEffect(() => say({ type: 'pace', epochs: pace }));
  return {
    frame,
    losses: losses.current,
    failure,
    running,
    run(on) {
      setRunning(on);
      say({ type: 'run', on });
    },
    step() {
      setRunning(false);
      say({ type: 'step' });
    },
    reset() {
      setRunning(false);
      say({ type: 'run', on: false });
      setRound(round + 1);
    },
  };
}

/** Runs once the next frame is on the screen and pending clicks are handled. A hidden tab draws no frames. */
function afterDrawing(then: () => void): void {
  let called = false;
  const once = () => {
    if (!called) then();
    called = true;
  };
  requestAnimationFrame(() => setTimeout(once));
  setTimeout(once, UNSEEN_MS);
}

function keep(kept: Losses & { every: number }, fresh: Frame['losses']): void {
  for (const { epoch, train, validation } of fresh) {
    if (epoch % kept.every !== 0) continue;
    kept.epochs.push(epoch);
    kept.train.push(train);
    kept.validation.push(validation);
  }
  if (kept.epochs.length <= MOST_POINTS) return;
  kept.every *= 2;
  for (const column of [kept.train, kept.validation, kept.epochs]) {
    column.splice(0, column.length, ...column.filter((_, i) => kept.epochs[i]! % kept.every === 0));
  }
}
