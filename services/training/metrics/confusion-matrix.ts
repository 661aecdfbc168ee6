import { LIMITS } from '#contracts/limits.ts';
import { matmul, transpose } from '#engine/functions.ts';
import { sizeOf } from '../model/shape.ts';
import { choices, oneHot, together } from './answers.ts';
import type { Metric } from './metric.ts';

// counts[actual][predicted] = Σ over the answers of target (one-hot) · prediction (one-hot)ᵀ
export const confusionMatrix: Metric<number[][]> = {
  name: 'confusion_matrix',
  help: 'How often each class (row) was predicted as each class (column)',
  tasks: ['classes', 'binary'],
  better: null,
  record(batch) {
    const made = choices(batch);
    return together(matmul(transpose(oneHot(made.wanted, made)), oneHot(made.said, made)));
  },
  finish(sums) {
    const classes = Math.sqrt(sums.length);
    return Array.from({ length: classes }, (_, i) => sums.slice(i * classes, (i + 1) * classes));
  },
  unfit(output, { task }) {
    if (task === 'binary') {
      return sizeOf(output) === 1
        ? null
        : `is for one prediction per sample, but there are ${sizeOf(output)}`;
    }
    const limit = LIMITS.confusionClasses;
    return output[0]! <= limit ? null : `has at most ${limit} classes, but there are ${output[0]}`;
  },
};
