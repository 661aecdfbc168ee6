// Every layer that a model may name. To add one: its file, and its line here.

import { registry } from '../component.ts';
import { Add } from './add.ts';
import { Concat } from './concat.ts';
import { Dropout } from './dropout.ts';
import { ELU } from './elu.ts';
import { Embedding } from './embedding.ts';
import { Flatten } from './flatten.ts';
import { GELU } from './gelu.ts';
import { GRU } from './gru.ts';
import { Hardswish } from './hardswish.ts';
import { Hardtanh } from './hardtanh.ts';
import { LayerNorm } from './layer-norm.ts';
import { LeakyReLU } from './leaky-relu.ts';
import { Linear } from './linear.ts';
import { LogSoftmax } from './log-softmax.ts';
import { LSTM } from './lstm.ts';
import { Mish } from './mish.ts';
import { Mul } from './mul.ts';
import { MultiheadAttention } from './multihead-attention.ts';
import { PositionalEmbedding } from './positional-embedding.ts';
import { PReLU } from './prelu.ts';
import { ReLU } from './relu.ts';
import { ReLU6 } from './relu6.ts';
import { RNN } from './rnn.ts';
import { SELU } from './selu.ts';
import { Sigmoid } from './sigmoid.ts';
import { SiLU } from './silu.ts';
import { Softmax } from './softmax.ts';
import { Softplus } from './softplus.ts';
import { Tanh } from './tanh.ts';
import { TransformerEncoderLayer } from './transformer-encoder-layer.ts';

export const layers = registry('layer', [
  Linear,
  ReLU,
  Sigmoid,
  Tanh,
  Softmax,
  LogSoftmax,
  LeakyReLU,
  PReLU,
  ELU,
  SELU,
  GELU,
  SiLU,
  Mish,
  Softplus,
  Hardtanh,
  ReLU6,
  Hardswish,
  Dropout,
  Flatten,
  RNN,
  LSTM,
  GRU,
  MultiheadAttention,
  TransformerEncoderLayer,
  LayerNorm,
  Embedding,
  PositionalEmbedding,
  Add,
  Mul,
  Concat,
]);
