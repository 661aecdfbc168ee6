import { type Consideration, lastLayer } from './warning.ts';

const WITHIN = new Set(['Sigmoid', 'Softmax']);

export const bceWithoutSigmoid: Consideration = {
  code: 'bce_without_sigmoid',
  look({ model, training }) {
    const { type, at } = lastLayer(model);
    if (training.loss.definition.type !== 'BCELoss' || WITHIN.has(type)) return null;
    const message = `BCELoss takes probabilities from 0 to 1, and the model ends in layers[${at}] (${type}), whose output is not limited to that range: end in a Sigmoid, or use BCEWithLogitsLoss`;
    return { param: 'training.loss', message };
  },
};
