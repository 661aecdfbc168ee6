import { z } from 'zod';
import { rate } from '../optimizers/optimizer.ts';
import { defineScheduler } from './scheduler.ts';

const patience = (what: string, fallback: number) =>
  z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(fallback).describe(what);

// As torch.optim.lr_scheduler.ReduceLROnPlateau: an epoch is bad if its value does not improve on the best by more than the threshold.
// After more than `patience` consecutive bad epochs, lr ← max(lr · factor, min_lr), unless that changes it by eps or less; during the
// following `cooldown` epochs, bad ones are not counted.
export const ReduceLROnPlateau = defineScheduler({
  type: 'ReduceLROnPlateau',
  help: 'Multiplies the learning rate by factor if the metric has not improved for more than patience epochs',
  args: {
    mode: z.enum(['min', 'max']).default('min').describe('Whether lower or higher is better'),
    factor: z.number().min(0).lt(1).default(0.1).describe('Factor of a reduction'),
    patience: patience('Consecutive epochs without improvement that are tolerated', 10),
    threshold: rate('Minimum change that counts as an improvement', 1e-4),
    threshold_mode: z
      .enum(['rel', 'abs'])
      .default('rel')
      .describe('Whether the threshold is relative to the best value or absolute'),
    cooldown: patience('Epochs after a reduction in which none is counted', 0),
    min_lr: rate('The lowest learning rate', 0),
    eps: rate('Reductions by this much or less are skipped', 1e-8),
    monitor: z
      .string()
      .max(100)
      .nullable()
      .default(null)
      .describe('The metric to monitor; null: val_loss, or train_loss if nothing is held out'),
  },
  alone: 'ReduceLROnPlateau follows the loss, not the step',
  rate: (_, { memory }) => memory!.lr!,
  watches: {
    monitor: ({ monitor }) => monitor,
    begin: (_, base) => ({ lr: base, best: null, bad: 0, cooldown: 0 }),
    after(args, memory, value) {
      let { lr, best, bad, cooldown } = memory as Plateau;
      const worst = args.mode === 'min' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
      if (isBetter(args, value, best ?? worst)) {
        best = value;
        bad = 0;
      } else bad++;
      if (cooldown > 0) {
        cooldown--;
        bad = 0;
      }
      if (bad > args.patience) {
        const reduced = Math.max(lr * args.factor, args.min_lr);
        if (lr - reduced > args.eps) lr = reduced;
        cooldown = args.cooldown;
        bad = 0;
      }
      return { lr, best, bad, cooldown };
    },
  },
});

type Plateau = { lr: number; best: number | null; bad: number; cooldown: number };

interface Threshold {
  mode: 'min' | 'max';
  threshold: number;
  threshold_mode: 'rel' | 'abs';
}

function isBetter({ mode, threshold, threshold_mode }: Threshold, value: number, best: number): boolean {
  if (mode === 'min') {
    return value < (threshold_mode === 'rel' ? best * (1 - threshold) : best - threshold);
  }
  return value > (threshold_mode === 'rel' ? best * (1 + threshold) : best + threshold);
}
