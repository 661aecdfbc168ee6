// All optimizers that a job may use. To add one: its file, and its line here.

import { registry } from '../model/component.ts';
import { Adagrad } from './adagrad.ts';
import { Adam } from './adam.ts';
import { AdamW } from './adamw.ts';
import { NAdam } from './nadam.ts';
import { RMSprop } from './rmsprop.ts';
import { SGD } from './sgd.ts';

export const optimizers = registry('optimizer', [SGD, Adam, AdamW, RMSprop, Adagrad, NAdam]);
