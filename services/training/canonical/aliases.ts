// Names that other libraries use for what is stored under torch's name: the only table of them. A name needs no entry if it is torch's in
// different case, with underscores, or without its ending (cross_entropy, conv2d, mse). Keys are folded by `fold` in names.ts: lower case,
// without underscores, hyphens and spaces.

export interface KindAliases {
  /** Folded name → class. */
  readonly types: Readonly<Record<string, string>>;
  /** Class (`*` for all of the kind) → other library's argument → torch's. */
  readonly args: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Suffixes that may be omitted from a name, folded. */
  readonly endings: readonly string[];
}

const CONV = { filters: 'out_channels', channels: 'out_channels', strides: 'stride', kernel: 'kernel_size' };
const POOL = { pool_size: 'kernel_size', strides: 'stride' };
const RECURRENT = { units: 'hidden_size', hidden: 'hidden_size', hidden_dim: 'hidden_size' };

export const LAYERS: KindAliases = {
  types: {
    dense: 'Linear',
    fc: 'Linear',
    fullyconnected: 'Linear',
    convolution1d: 'Conv1d',
    convolution2d: 'Conv2d',
    conv2dtranspose: 'ConvTranspose2d',
    maxpooling1d: 'MaxPool1d',
    maxpooling2d: 'MaxPool2d',
    averagepooling1d: 'AvgPool1d',
    averagepooling2d: 'AvgPool2d',
    layernormalization: 'LayerNorm',
    groupnormalization: 'GroupNorm',
    spatialdropout2d: 'Dropout2d',
    multiheadattention: 'MultiheadAttention',
    swish: 'SiLU',
    hardswish: 'Hardswish',
    simplernn: 'RNN',
    concatenate: 'Concat',
    cat: 'Concat',
    multiply: 'Mul',
  },
  args: {
    Linear: {
      units: 'out_features',
      in: 'in_features',
      out: 'out_features',
      input_dim: 'in_features',
      output_dim: 'out_features',
      use_bias: 'bias',
    },
    Conv1d: CONV,
    Conv2d: { ...CONV, use_bias: 'bias' },
    ConvTranspose2d: CONV,
    MaxPool1d: POOL,
    MaxPool2d: POOL,
    AvgPool1d: POOL,
    AvgPool2d: POOL,
    RNN: RECURRENT,
    LSTM: RECURRENT,
    GRU: RECURRENT,
    Dropout: { rate: 'p', prob: 'p' },
    Dropout2d: { rate: 'p', prob: 'p' },
    LeakyReLU: { slope: 'negative_slope', alpha: 'negative_slope' },
    Embedding: { vocab_size: 'num_embeddings', input_dim: 'num_embeddings', output_dim: 'embedding_dim' },
    '*': { axis: 'dim', epsilon: 'eps' },
  },
  endings: ['layer'],
};

export const LOSSES: KindAliases = {
  types: {
    meansquarederror: 'MSELoss',
    l2: 'MSELoss',
    mae: 'L1Loss',
    meanabsoluteerror: 'L1Loss',
    ce: 'CrossEntropyLoss',
    categoricalcrossentropy: 'CrossEntropyLoss',
    sparsecategoricalcrossentropy: 'CrossEntropyLoss',
    softmaxcrossentropy: 'CrossEntropyLoss',
    binarycrossentropy: 'BCELoss',
    binarycrossentropywithlogits: 'BCEWithLogitsLoss',
    negativeloglikelihood: 'NLLLoss',
    kl: 'KLDivLoss',
    kldivergence: 'KLDivLoss',
  },
  args: {
    CrossEntropyLoss: { class_weight: 'weight', class_weights: 'weight', weights: 'weight' },
    NLLLoss: { class_weight: 'weight', class_weights: 'weight', weights: 'weight' },
  },
  endings: ['loss'],
};

export const OPTIMIZERS: KindAliases = {
  types: { stochasticgradientdescent: 'SGD' },
  args: { '*': { learning_rate: 'lr', learningRate: 'lr', epsilon: 'eps', l2: 'weight_decay' } },
  endings: ['optimizer'],
};

export const SCHEDULERS: KindAliases = {
  types: {
    cosine: 'CosineAnnealingLR',
    cosinedecay: 'CosineAnnealingLR',
    exponentialdecay: 'ExponentialLR',
    plateau: 'ReduceLROnPlateau',
    warmrestarts: 'CosineAnnealingWarmRestarts',
    onecycle: 'OneCycleLR',
  },
  args: { '*': { min_lr: 'eta_min' } },
  endings: ['lr', 'scheduler'],
};

export const AUGMENTATIONS: KindAliases = {
  types: {
    flip: 'RandomHorizontalFlip',
    hflip: 'RandomHorizontalFlip',
    horizontalflip: 'RandomHorizontalFlip',
    vflip: 'RandomVerticalFlip',
    verticalflip: 'RandomVerticalFlip',
    crop: 'RandomCrop',
    rotation: 'RandomRotation',
    rotate: 'RandomRotation',
    colourjitter: 'ColorJitter',
    erasing: 'RandomErasing',
    cutout: 'RandomErasing',
  },
  args: { '*': { angle: 'degrees', prob: 'p', probability: 'p' } },
  endings: [],
};

/** Other names for the keys of the training object. */
export const TRAINING_KEYS: Readonly<Record<string, string>> = {
  val_split: 'validation_split',
  valid_split: 'validation_split',
  validation_fraction: 'validation_split',
  num_epochs: 'epochs',
  n_epochs: 'epochs',
  max_epochs: 'epochs',
  batchsize: 'batch_size',
  batchSize: 'batch_size',
  criterion: 'loss',
  loss_fn: 'loss',
  loss_function: 'loss',
  optim: 'optimizer',
  optimiser: 'optimizer',
  lr_scheduler: 'scheduler',
  schedule: 'scheduler',
  max_grad_norm: 'clip_grad_norm',
  gradient_accumulation_steps: 'accumulate_steps',
};

/** Keys are folded. */
export const METRICS: Readonly<Record<string, string>> = {
  acc: 'accuracy',
  categoricalaccuracy: 'accuracy',
  binaryaccuracy: 'accuracy',
  f1score: 'f1',
  meanabsoluteerror: 'mae',
  l1: 'mae',
  rootmeansquarederror: 'rmse',
  r2score: 'r2',
};

/** A GPU is reached only through WebGPU. */
export const DEVICES: Readonly<Record<string, string>> = {
  gpu: 'webgpu',
  cuda: 'webgpu',
  'cuda:0': 'webgpu',
  mps: 'webgpu',
};
