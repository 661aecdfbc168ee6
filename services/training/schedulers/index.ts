// All learning rate schedules that a job may use. To add one: its file, and its line here.

import { registry } from '../model/component.ts';
import { CosineAnnealingLR } from './cosine-annealing-lr.ts';
import { CosineAnnealingWarmRestarts } from './cosine-annealing-warm-restarts.ts';
import { ExponentialLR } from './exponential-lr.ts';
import { LinearLR } from './linear-lr.ts';
import { MultiStepLR } from './multi-step-lr.ts';
import { OneCycleLR } from './one-cycle-lr.ts';
import { ReduceLROnPlateau } from './reduce-lr-on-plateau.ts';
import { sequentialLR } from './sequential-lr.ts';
import { StepLR } from './step-lr.ts';

const single = [
  StepLR,
  MultiStepLR,
  ExponentialLR,
  LinearLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  OneCycleLR,
  ReduceLROnPlateau,
];

export const schedulers = registry('scheduler', [...single, sequentialLR(registry('scheduler', single))]);
