// The networks whose training step is measured, each as a job and as equivalent torch code. The sizes are those that the project's claims
// are about.

export interface Workload {
  readonly name: string;
  readonly batch: number;
  /** Shape of one sample. */
  readonly input: readonly number[];
  /** Token ids are drawn below this; if omitted, inputs are numbers. */
  readonly vocabulary?: number;
  /** Shape of one target: class indices below `classes`. */
  readonly target: readonly number[];
  readonly classes: number;
  readonly layers: readonly unknown[];
  /** Python code for an nn.Module, with `nn` in scope. */
  readonly torch: string;
}

const linear = (out_features: number) => ({ type: 'Linear', out_features });
const conv = (out_channels: number) => ({ type: 'Conv2d', out_channels, kernel_size: 3, padding: 1 });
const pool = { type: 'MaxPool2d', kernel_size: 2 };

const recurrent = (type: string, name: string): Workload => ({
  name,
  batch: 32,
  input: [32, 16],
  target: [],
  classes: 4,
  layers: [{ type, hidden_size: 64, return: 'last' }, linear(4)],
  torch: `Last(nn.${type}(16, 64, batch_first=True), nn.Linear(64, 4))`,
});

const encoder = { type: 'TransformerEncoderLayer', nhead: 4, dim_feedforward: 256, dropout: 0, causal: true };

export const workloads: readonly Workload[] = [
  {
    name: 'seed-mlp',
    batch: 16,
    input: [10],
    target: [],
    classes: 2,
    layers: [linear(64), 'ReLU', linear(32), 'ReLU', linear(2)],
    torch: 'nn.Sequential(nn.Linear(10, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 2))',
  },
  {
    name: 'mnist-mlp',
    batch: 64,
    input: [784],
    target: [],
    classes: 10,
    layers: [linear(512), 'ReLU', linear(256), 'ReLU', linear(10)],
    torch:
      'nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(), nn.Linear(256, 10))',
  },
  {
    name: 'big-mlp',
    batch: 256,
    input: [784],
    target: [],
    classes: 10,
    layers: [linear(1024), 'ReLU', linear(1024), 'ReLU', linear(10)],
    torch:
      'nn.Sequential(nn.Linear(784, 1024), nn.ReLU(), nn.Linear(1024, 1024), nn.ReLU(), nn.Linear(1024, 10))',
  },
  {
    name: 'mnist-cnn',
    batch: 64,
    input: [1, 28, 28],
    target: [],
    classes: 10,
    layers: [conv(32), 'ReLU', pool, conv(64), 'ReLU', pool, 'Flatten', linear(128), 'ReLU', linear(10)],
    torch: `nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(),
      nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3136, 128), nn.ReLU(), nn.Linear(128, 10))`,
  },
  {
    name: 'cifar-cnn-bn',
    batch: 64,
    input: [3, 32, 32],
    target: [],
    classes: 10,
    layers: [
      ...[32, 32, 64].flatMap((channels) => [conv(channels), 'BatchNorm2d', 'ReLU', pool]),
      'Flatten',
      linear(10),
    ],
    torch: `nn.Sequential(*[m for i, o in ((3, 32), (32, 32), (32, 64)) for m in
      (nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(), nn.MaxPool2d(2))], nn.Flatten(), nn.Linear(1024, 10))`,
  },
  recurrent('LSTM', 'lstm'),
  recurrent('GRU', 'gru'),
  {
    name: 'char-gpt',
    batch: 16,
    input: [64],
    vocabulary: 64,
    target: [64],
    classes: 64,
    layers: [
      { type: 'Embedding', num_embeddings: 64, embedding_dim: 64 },
      { type: 'PositionalEmbedding', max_len: 64 },
      encoder,
      encoder,
      linear(64),
      { type: 'Permute', dims: [0, 2, 1] },
    ],
    torch: 'GPT(vocabulary=64, width=64, heads=4, layers=2, ff=256, context=64)',
  },
];
