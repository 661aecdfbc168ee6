import { type Consideration, lastLayer } from './warning.ts';

const PROBABILITIES = new Set(['Softmax', 'Sigmoid']);

export const softmaxBeforeCrossEntropy: Consideration = {
  code: 'softmax_before_cross_entropy',
  look({ model, training }) {
    const { type, at } = lastLayer(model);
    if (training.loss.definition.type !== 'CrossEntropyLoss' || !PROBABILITIES.has(type)) return null;
    const message = `layers[${at}] (${type}) outputs probabilities, but CrossEntropyLoss expects logits and applies Softmax itself: remove the ${type} to train faster and better`;
    return { param: `model.layers[${at}]`, message };
  },
};
