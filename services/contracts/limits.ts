// The limits of a single request. An error names the limit that was exceeded.

const MIB = 2 ** 20;

export const LIMITS = {
  layers: 1_000,
  /** One dimension of a layer: in_features, out_features, … */
  size: 1_000_000,
  /** Numbers in one sample, and in a layer's output for one sample. */
  sampleSize: 16_000_000,
  /** Time steps of one recurrent layer, counted for each of its stacked layers and directions: each has kernels of its own. */
  timeSteps: 2_048,
  /** Trainable parameters of one model: with gradients and Adam's state, 4 × 4 bytes each. */
  parameters: 100_000_000,
  /** Arena of one program, dataset included. */
  arenaBytes: 2048 * MIB,
  /** Data that a trainer keeps in memory, unless its worker is configured otherwise; of a larger dataset it keeps a window. */
  trainerDataBytes: 512 * MIB,
  epochs: 1_000_000,
  /** Optimizer steps of one job: the step is one word of the random number generator's counter. */
  steps: 2_000_000_000,
  batchSize: 1_000_000,
  jsonBodyBytes: 32 * MIB,
  uploadBytes: 256 * MIB,
  /** Total size of a dataset's files, unless configured otherwise. */
  datasetUploadBytes: 2048 * MIB,
  /** Pixel data of all images of one dataset. */
  imageBytes: 1024 * MIB,
  columns: 10_000,
  classes: 100_000,
  /** Classes of a confusion matrix, whose square is part of every epoch's event. */
  confusionClasses: 100,
  /** Numbers in one predict reply: rows × numbers per row. */
  predictNumbers: 50_000_000,
} as const;
