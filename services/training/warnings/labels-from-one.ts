import { type Consideration, classesOf } from './warning.ts';

export const labelsFromOne: Consideration = {
  code: 'labels_from_one',
  look({ model, training, info }) {
    const classes = classesOf({ model, training });
    const { labels, min, max } = info.target;
    if (classes === null || labels !== null || min === null || max === null || min < 1 || min === max)
      return null;
    const message = `the targets are ${min} … ${max}, and classes are numbered from 0: the ${classes} outputs of the model have ${min} for classes that no sample is of`;
    return { param: 'dataset', message };
  },
};
