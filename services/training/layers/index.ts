// All layers that a model may use. To add one: its file, and its line here.

import { registry } from '../model/component.ts';
import { ELU } from './activations/elu.ts';
import { GELU } from './activations/gelu.ts';
import { Hardswish } from './activations/hardswish.ts';
import { Hardtanh } from './activations/hardtanh.ts';
import { LeakyReLU } from './activations/leaky-relu.ts';
import { LogSoftmax } from './activations/log-softmax.ts';
import { Mish } from './activations/mish.ts';
import { PReLU } from './activations/prelu.ts';
import { ReLU } from './activations/relu.ts';
import { ReLU6 } from './activations/relu6.ts';
import { SELU } from './activations/selu.ts';
import { Sigmoid } from './activations/sigmoid.ts';
import { SiLU } from './activations/silu.ts';
import { Softmax } from './activations/softmax.ts';
import { Softplus } from './activations/softplus.ts';
import { Tanh } from './activations/tanh.ts';
import { Add } from './add.ts';
import { MultiheadAttention } from './attention/multihead-attention.ts';
import { PositionalEmbedding } from './attention/positional-embedding.ts';
import { TransformerEncoderLayer } from './attention/transformer-encoder-layer.ts';
import { Concat } from './concat.ts';
import { ConvTranspose2d } from './convolution/conv-transpose2d.ts';
import { Conv1d } from './convolution/conv1d.ts';
import { Conv2d } from './convolution/conv2d.ts';
import { Dropout } from './dropout.ts';
import { Dropout2d } from './dropout2d.ts';
import { Embedding } from './embedding.ts';
import { Flatten } from './flatten.ts';
import { Linear } from './linear.ts';
import { Mul } from './mul.ts';
import { BatchNorm1d } from './normalization/batch-norm1d.ts';
import { BatchNorm2d } from './normalization/batch-norm2d.ts';
import { GroupNorm } from './normalization/group-norm.ts';
import { LayerNorm } from './normalization/layer-norm.ts';
import { Permute } from './permute.ts';
import { AdaptiveAvgPool1d } from './pooling/adaptive-avg-pool1d.ts';
import { AdaptiveAvgPool2d } from './pooling/adaptive-avg-pool2d.ts';
import { AvgPool1d } from './pooling/avg-pool1d.ts';
import { AvgPool2d } from './pooling/avg-pool2d.ts';
import { MaxPool1d } from './pooling/max-pool1d.ts';
import { MaxPool2d } from './pooling/max-pool2d.ts';
import { GRU } from './recurrent/gru.ts';
import { LSTM } from './recurrent/lstm.ts';
import { RNN } from './recurrent/rnn.ts';
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
