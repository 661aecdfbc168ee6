import { type Consideration, classesOf } from './warning.ts';

export const labelsFromOne: Consideration = {
  code: 'labels_from_one',
  look({ model, training, info }) {
    const classes = classesOf({ model, training });
    const { labels, min, max } = info.target;
    if (classes === null || labels !== null || min === null || max === null || min < 1 || min === max)
      return null;
    const message = `the targets are ${min} … ${max}, but classes are numbered from 0: ${min} of the model's ${classes} outputs would never have a sample`;
    return { param: 'dataset', message };
  },
};
