// What the page and the worker say to each other.

import type { NewJob } from '#contracts/jobs/job-api.ts';

export type ToWorker =
  /** `grid`: the features of each point of the picture, row by row from the top left. */
  | { type: 'start'; job: NewJob; grid: Float32Array }
  | { type: 'run'; on: boolean }
  /** One epoch, then pause. */
  | { type: 'step' }
  /** The last frame is on the screen, and there is time for another. */
  | { type: 'drawn' }
  /** Epochs a frame, at most; 0 is as many as there is time for. */
  | { type: 'pace'; epochs: number };

/** The epochs since the last frame, and what every neuron says of every point of the grid. */
export interface Frame {
  type: 'frame';
  epoch: number;
  losses: { epoch: number; train: number; validation: number }[];
  stepsPerSecond: number;
  /** Of each hidden layer after its activation: [points, neurons]. */
  layers: Float32Array[];
  /** The output: [points]. */
  surface: Float32Array;
  /** The weights of each Linear: [out, in]. */
  weights: Float32Array[];
}

export type FromWorker =
  | Frame
  | { type: 'failed'; message: string }
  | { type: 'ended'; outcome: string; fingerprint: string };
