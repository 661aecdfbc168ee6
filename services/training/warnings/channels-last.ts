import type { Warning } from '#contracts/warnings.ts';
import type { Considered } from './warning.ts';

/** Depends on the model alone. */
export const channelsLast = {
  code: 'channels_last',
  look({ model }: Pick<Considered, 'model'>): Omit<Warning, 'code'> | null {
    const [first, second, last] = model.input;
    if (model.input.length !== 3 || last! > 4 || first! <= 4 || second! <= 4) return null;
    const at = model.layers.findIndex(({ layer }) => SPATIAL.test(layer.type));
    // Only if every layer before it preserves the shape.
    if (at < 0 || String(model.layers[at]!.input) !== String(model.input)) return null;
    const message = `[${model.input.join(', ')}] looks like an image with its channels last, and layers[${at}] (${model.layers[at]!.layer.type}) treats the first dimension as ${first} channels: channels first is [${last}, ${first}, ${second}]; put a {"type": "Permute", "dims": [0, 3, 1, 2]} before it`;
    return { param: 'model.input.shape', message };
  },
};

const SPATIAL = /^(Conv|MaxPool|AvgPool|BatchNorm|AdaptiveAvgPool)2d$/;
