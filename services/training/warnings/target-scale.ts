import type { Consideration } from './warning.ts';

/** With targets this far from 0, or a range this narrow, training at the usual learning rates makes no progress. */
const FAR = 100;
const NARROW = 0.01;

export const targetScale: Consideration = {
  code: 'target_scale',
  look({ training, preprocess, info }) {
    const { min, max } = info.target;
    if (training.loss.definition.task !== 'numbers' || preprocess.target === 'standardize') return null;
    if (min === null || max === null || min === max) return null;
    const far = Math.max(Math.abs(min), Math.abs(max)) > FAR;
    if (!far && max - min > NARROW) return null;
    const message = `the targets are ${min} … ${max}, far from the scale of a network's outputs: with "preprocess": {"target": "standardize"} they train at the usual learning rates, and predictions are in their own units`;
    return { param: 'preprocess.target', message };
  },
};
