// Every layer that a model may name. To add one: its file, and its line here.

import { registry } from '../component.ts';
import { AdaptiveAvgPool1d } from './adaptive-avg-pool1d.ts';
import { AdaptiveAvgPool2d } from './adaptive-avg-pool2d.ts';
import { Add } from './add.ts';
import { AvgPool1d } from './avg-pool1d.ts';
import { AvgPool2d } from './avg-pool2d.ts';
import { BatchNorm1d } from './batch-norm1d.ts';
import { BatchNorm2d } from './batch-norm2d.ts';
import { Concat } from './concat.ts';
import { ConvTranspose2d } from './conv-transpose2d.ts';
import { Conv1d } from './conv1d.ts';
import { Conv2d } from './conv2d.ts';
import { Dropout } from './dropout.ts';
import { Dropout2d } from './dropout2d.ts';
import { ELU } from './elu.ts';
import { Embedding } from './embedding.ts';
import { Flatten } from './flatten.ts';
import { GELU } from './gelu.ts';
import { GroupNorm } from './group-norm.ts';
import { GRU } from './gru.ts';
import { Hardswish } from './hardswish.ts';
import { Hardtanh } from './hardtanh.ts';
import { LayerNorm } from './layer-norm.ts';
import { LeakyReLU } from './leaky-relu.ts';
import { Linear } from './linear.ts';
import { LogSoftmax } from './log-softmax.ts';
import { LSTM } from './lstm.ts';
import { MaxPool1d } from './max-pool1d.ts';
import { MaxPool2d } from './max-pool2d.ts';
import { Mish } from './mish.ts';
import { Mul } from './mul.ts';
import { MultiheadAttention } from './multihead-attention.ts';
import { Permute } from './permute.ts';
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
import { Unflatten } from './unflatten.ts';

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
  Dropout2d,
  Flatten,
  Unflatten,
  Permute,
  Conv1d,
  Conv2d,
  ConvTranspose2d,
  MaxPool1d,
  MaxPool2d,
  AvgPool1d,
  AvgPool2d,
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  BatchNorm1d,
  BatchNorm2d,
  GroupNorm,
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
