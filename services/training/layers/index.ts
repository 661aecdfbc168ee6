// Every layer that a model may name. To add one: its file, and its line here.

import { registry } from '../component.ts';
import { Dropout } from './dropout.ts';
import { Flatten } from './flatten.ts';
import { Linear } from './linear.ts';
import { ReLU } from './relu.ts';
import { Sigmoid } from './sigmoid.ts';
import { Softmax } from './softmax.ts';
import { Tanh } from './tanh.ts';

export const layers = registry('layer', [Linear, ReLU, Sigmoid, Tanh, Softmax, Dropout, Flatten]);
