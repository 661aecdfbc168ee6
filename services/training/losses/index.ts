// All losses that a job may use. To add one: its file, and its line here.

import { registry } from '../model/component.ts';
import { BCELoss } from './bce-loss.ts';
import { BCEWithLogitsLoss } from './bce-with-logits-loss.ts';
import { CrossEntropyLoss } from './cross-entropy-loss.ts';
import { HuberLoss } from './huber-loss.ts';
import { KLDivLoss } from './kl-div-loss.ts';
import { L1Loss } from './l1-loss.ts';
import { MSELoss } from './mse-loss.ts';
import { NLLLoss } from './nll-loss.ts';
import { SmoothL1Loss } from './smooth-l1-loss.ts';

export const losses = registry('loss', [
  CrossEntropyLoss,
  NLLLoss,
  MSELoss,
  L1Loss,
  SmoothL1Loss,
  HuberLoss,
  BCELoss,
  BCEWithLogitsLoss,
  KLDivLoss,
]);
