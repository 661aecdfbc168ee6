// The limits of a single request. An error names the limit that was exceeded.

const MIB = 2 ** 20;

export const LIMITS = {
  layers: 1_000,
  /** One size of a layer: in_features, out_features, … */
  size: 1_000_000,
  /** Numbers in one sample, and in what a layer makes of one. */
  sampleSize: 16_000_000,
  /** Time steps of one recurrent layer, its layers and directions included: each is kernels of its own. */
  timeSteps: 2_048,
  /** Trainable numbers of one model: with Adam's state and the gradients, 4 × 4 bytes each. */
  parameters: 100_000_000,
  /** What one program may lay out in its arena, dataset included. */
  arenaBytes: 2048 * MIB,
  /** What a trainer holds of its data where its worker says nothing else: of more it holds a window. */
  trainerDataBytes: 512 * MIB,
  epochs: 1_000_000,
  /** Optimizer steps of one job: their count is one word of the random numbers' counter. */
  steps: 2_000_000_000,
  batchSize: 1_000_000,
  jsonBodyBytes: 32 * MIB,
  uploadBytes: 256 * MIB,
  /** Files of one dataset, where the configuration says nothing else. */
  datasetUploadBytes: 2048 * MIB,
  /** Pixels of all images of one dataset. */
  imageBytes: 1024 * MIB,
  columns: 10_000,
  classes: 100_000,
  /** Classes of a confusion matrix: its square stands in every epoch's event. */
  confusionClasses: 100,
  /** Numbers in one reply of predict: rows × what is told of each. */
  predictNumbers: 50_000_000,
} as const;
