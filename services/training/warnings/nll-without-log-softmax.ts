import { type Consideration, lastLayer } from './warning.ts';

export const nllWithoutLogSoftmax: Consideration = {
  code: 'nll_without_log_softmax',
  look({ model, training }) {
    const { type, at } = lastLayer(model);
    if (training.loss.definition.type !== 'NLLLoss' || type === 'LogSoftmax') return null;
    const message = `NLLLoss takes log-probabilities, but the model ends in layers[${at}] (${type}): end in a LogSoftmax, or use CrossEntropyLoss`;
    return { param: 'training.loss', message };
  },
};
