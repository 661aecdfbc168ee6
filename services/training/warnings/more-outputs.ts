import { type Consideration, classesIn, classesOf } from './warning.ts';

export const moreOutputs: Consideration = {
  code: 'more_outputs',
  look({ model, training, info }) {
    const outputs = classesOf({ model, training });
    const classes = classesIn(info);
    // Token ids are exempt: a vocabulary may well be larger than what a text uses.
    if (outputs === null || classes === null || outputs <= classes || info.target.shape.length > 0)
      return null;
    const at = model.layers.findLastIndex(({ parameters }) => parameters.length > 0);
    const message = `the model has ${outputs} outputs, but the dataset has ${classes} ${classes === 1 ? 'class' : 'classes'}: the other outputs are never correct`;
    return { param: `model.layers[${Math.max(0, at)}]`, message };
  },
};
