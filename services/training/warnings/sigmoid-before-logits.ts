import { type Consideration, lastLayer } from './warning.ts';

export const sigmoidBeforeLogits: Consideration = {
  code: 'sigmoid_before_logits',
  look({ model, training }) {
    const { type, at } = lastLayer(model);
    if (training.loss.definition.type !== 'BCEWithLogitsLoss' || type !== 'Sigmoid') return null;
    const message = `layers[${at}] is a Sigmoid, and BCEWithLogitsLoss has its own: leave it out, or take BCELoss`;
    return { param: `model.layers[${at}]`, message };
  },
};
