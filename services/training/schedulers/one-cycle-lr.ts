import { z } from 'zod';
import { FLOAT32_MAX } from '../data/formats/flatten.ts';
import { cosine, count, defineScheduler, share, type When } from './scheduler.ts';

interface Cycle {
  total_steps: number | null;
  pct_start: number;
  anneal_strategy: 'cos' | 'linear';
  three_phase: boolean;
}

/** The value at this step of a cycle from `low` up to `high`, and down to `end` (three_phase: via `low`). */
function along(cycle: Cycle, { step, steps }: When, low: number, high: number, end: number): number {
  const { pct_start, anneal_strategy, three_phase } = cycle;
  const total = cycle.total_steps ?? steps;
  const peak = pct_start * total - 1;
  const phases = three_phase
    ? [
        { until: peak, from: low, to: high },
        { until: 2 * pct_start * total - 2, from: high, to: low },
        { until: total - 1, from: low, to: end },
      ]
    : [
        { until: peak, from: low, to: high },
        { until: total - 1, from: high, to: end },
      ];
  const found = phases.findIndex(({ until }) => step <= until);
  const index = found < 0 ? phases.length - 1 : found;
  const { until, from, to } = phases[index]!;
  const since = index === 0 ? 0 : phases[index - 1]!.until;
  // A phase of a single step (where torch divides by 0) is at its end.
  const at = until === since ? 1 : (step - since) / (until - since);
  return anneal_strategy === 'cos' ? cosine(from, to, at) : from + (to - from) * at;
}

// As torch.optim.lr_scheduler.OneCycleLR (Smith and Topin, "Super-convergence", 2019): from max_lr / div_factor up to max_lr at step
// pct_start · total_steps − 1, then down to max_lr / div_factor / final_div_factor at the last step. The momentum moves inversely. The
// optimizer's own learning rate and momentum are not used.
export const OneCycleLR = defineScheduler({
  type: 'OneCycleLR',
  help: 'One cycle over the whole job: up to max_lr, then far below the start, with momentum inversely',
  args: {
    max_lr: z.number().min(0).max(FLOAT32_MAX).describe('The peak learning rate'),
    total_steps: count('Length of the cycle; null: all steps of the job').nullable().default(null),
    pct_start: share.default(0.3).describe('Fraction of the cycle spent increasing'),
    anneal_strategy: z.enum(['cos', 'linear']).default('cos').describe('Shape of the increase and decrease'),
    cycle_momentum: z.boolean().default(true).describe("Also cycle the momentum (Adam's first beta)"),
    base_momentum: share.lt(1).default(0.85).describe('Momentum at the peak'),
    max_momentum: share.gt(0).lt(1).default(0.95).describe('The momentum at both ends'),
    div_factor: z.number().positive().default(25).describe('max_lr over the first learning rate'),
    final_div_factor: z.number().positive().default(1e4).describe('The first learning rate over the last'),
    three_phase: z
      .boolean()
      .default(false)
      .describe('Return to the initial learning rate before the final decrease'),
  },
  interval: 'step',
  alone: 'OneCycleLR is a schedule for the whole job',
  fits({ total_steps }, steps, refuse) {
    if (total_steps !== null && total_steps < steps) {
      refuse('total_steps', `${total_steps} given, but the job has ${steps} steps of the schedule`);
    }
  },
  rate(args, when) {
    const first = args.max_lr / args.div_factor;
    return along(args, when, first, args.max_lr, first / args.final_div_factor);
  },
  momentum(args, when) {
    if (!args.cycle_momentum) return null;
    return along(args, when, args.max_momentum, args.base_momentum, args.max_momentum);
  },
});
