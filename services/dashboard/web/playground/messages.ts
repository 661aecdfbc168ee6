// The messages between the page and the worker.

import type { NewJob } from '#contracts/jobs/job-api.ts';

export type ToWorker =
  /** `grid`: the features of each pixel of the picture, row by row from the top left. */
  | { type: 'start'; job: NewJob; grid: Float32Array }
  | { type: 'run'; on: boolean }
  /** Trains one epoch, then pauses. */
  | { type: 'step' }
  /** The last frame has been drawn, and the page is ready for another. */
  | { type: 'drawn' }
  /** Maximum epochs per frame; 0 for as many as time allows. */
  | { type: 'pace'; epochs: number };

/** The epochs since the last frame, and the output of every neuron at every point of the grid. */
export interface Frame {
  type: 'frame';
  epoch: number;
  losses: { epoch: number; train: number; validation: number }[];
  stepsPerSecond: number;
  /** Per hidden layer, after its activation: [points, neurons]. */
  layers: Float32Array[];
  /** The network's output: [points]. */
  surface: Float32Array;
  /** The weights of each Linear layer: [out, in]. */
  weights: Float32Array[];
}

export type FromWorker =
  | Frame
  | { type: 'failed'; message: string }
  | { type: 'ended'; outcome: string; fingerprint: string };
