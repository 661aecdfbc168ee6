// Every optimizer that a job may name. To add one: its file, and its line here.

import { registry } from '../component.ts';
import { Adam } from './adam.ts';
import { SGD } from './sgd.ts';

export const optimizers = registry('optimizer', [SGD, Adam]);
