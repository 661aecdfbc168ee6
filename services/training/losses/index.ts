// Every loss that a job may name. To add one: its file, and its line here.

import { registry } from '../component.ts';
import { BCEWithLogitsLoss } from './bce-with-logits-loss.ts';
import { CrossEntropyLoss } from './cross-entropy-loss.ts';
import { MSELoss } from './mse-loss.ts';

export const losses = registry('loss', [CrossEntropyLoss, MSELoss, BCEWithLogitsLoss]);
