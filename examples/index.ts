// All examples by name, simplest first.

import { cnn } from './cnn.ts';
import type { Example } from './example.ts';
import { generate } from './generate.ts';
import { gpt } from './gpt.ts';
import { images } from './images.ts';
import { logisticRegression } from './logistic-regression.ts';
import { mlp } from './mlp.ts';
import { titanicLike } from './passengers.ts';
import { perceptron } from './perceptron.ts';
import { regression } from './regression.ts';
import { residual } from './residual.ts';
import { forecast } from './sales.ts';
import { seriesGru, seriesLstm, seriesRnn } from './series.ts';
import { textClasses } from './text-classes.ts';

export const examples: Readonly<Record<string, Example>> = {
  perceptron,
  'logistic-regression': logisticRegression,
  regression,
  mlp,
  'titanic-like': titanicLike,
  forecast,
  residual,
  cnn,
  images,
  'series-rnn': seriesRnn,
  'series-lstm': seriesLstm,
  'series-gru': seriesGru,
  'text-classes': textClasses,
  generate,
  gpt,
};
