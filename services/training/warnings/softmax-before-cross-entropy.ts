import { type Consideration, lastLayer } from './warning.ts';

const PROBABILITIES = new Set(['Softmax', 'Sigmoid']);

export const softmaxBeforeCrossEntropy: Consideration = {
  code: 'softmax_before_cross_entropy',
  look({ model, training }) {
    const { type, at } = lastLayer(model);
    if (training.loss.definition.type !== 'CrossEntropyLoss' || !PROBABILITIES.has(type)) return null;
    const message = `layers[${at}] (${type}) makes probabilities, and CrossEntropyLoss takes logits, of which it makes probabilities itself: without the ${type} it learns faster and better`;
    return { param: `model.layers[${at}]`, message };
  },
};
