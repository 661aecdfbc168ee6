import { type Consideration, classesIn } from './warning.ts';

export const oneClass: Consideration = {
  code: 'one_class',
  look({ training, info }) {
    const { task } = training.loss.definition;
    if (task !== 'classes' && task !== 'binary') return null;
    const { labels, min, max } = info.target;
    const only = labels?.length === 1 ? `"${labels[0]}"` : min !== null && min === max ? String(min) : null;
    if (only === null || classesIn(info) === null) return null;
    const message = `all targets belong to one class, ${only}: there is nothing to distinguish`;
    return { param: 'dataset', message };
  },
};
