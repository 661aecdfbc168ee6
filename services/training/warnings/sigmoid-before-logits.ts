import { type Consideration, lastLayer } from './warning.ts';

export const sigmoidBeforeLogits: Consideration = {
  code: 'sigmoid_before_logits',
  look({ model, training }) {
    const { type, at } = lastLayer(model);
    if (training.loss.definition.type !== 'BCEWithLogitsLoss' || type !== 'Sigmoid') return null;
    const message = `layers[${at}] is a Sigmoid, but BCEWithLogitsLoss applies its own: remove it, or use BCELoss`;
    return { param: `model.layers[${at}]`, message };
  },
};
