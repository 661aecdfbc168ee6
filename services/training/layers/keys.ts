// The keys that every layer of a model may have besides its class and arguments.

import { z } from 'zod';
import { Name } from '#contracts/text.ts';

/** The name of the model's own input in `inputs`. */
export const MODEL_INPUT = 'input';

export const layerKeys = {
  name: Name.refine((name) => !name.includes('.'), {
    // A dot separates the layer from the parameter in weight keys: `fc1.weight`.
    error: 'may not contain a dot',
  })
    .refine((name) => name !== MODEL_INPUT, {
      error: `"${MODEL_INPUT}" is what layers call the model's input`,
    })
    .optional()
    .describe('Its index in the model if omitted, as in torch.nn.Sequential'),
  inputs: z
    .array(Name)
    .min(1)
    .max(64)
    .optional()
    .describe(
      `Names of the layers whose outputs are its inputs, or "${MODEL_INPUT}"; the previous layer if omitted`,
    ),
};
