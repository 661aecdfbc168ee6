// A model in the API: layers as data, with torch's names. The training module's registry knows which layers and arguments exist; this file
// has what all layers share.

import { z } from 'zod';
import { Interpreted } from '../interpreted.ts';
import { LIMITS } from '../limits.ts';
import { Name } from '../text.ts';
import { Warning } from '../warnings.ts';

/** A class name, alone or with arguments: "ReLU" means {"type": "ReLU"}. */
export const Component = z.union([z.string(), z.looseObject({ type: z.string() })]);
export type Component = z.infer<typeof Component>;

/** float32: numbers; int32: token ids, for an Embedding. */
export const InputType = z.enum(['float32', 'int32']);
export type InputType = z.infer<typeof InputType>;

export const ModelRequest = z.strictObject({
  name: Name.optional().describe('The class name in the summary; "Model" if omitted'),
  input: z.strictObject({
    shape: z
      .array(
        z
          .int({ error: 'must be a whole number' })
          .min(1, { error: 'must be at least 1' })
          .max(LIMITS.size, { error: `must be at most ${LIMITS.size}, the limit of one size` }),
      )
      .min(1)
      .max(8)
      .describe('Shape of one sample, without the batch dimension'),
    dtype: InputType.default('float32'),
    padding: z
      .int()
      .min(0)
      .nullable()
      .optional()
      .describe(
        'Id of the padding token. RNN, LSTM and GRU stop at the last other token, attention masks it, AdaptiveAvgPool1d does not count it; null or omitted: no token is padding',
      ),
  }),
  layers: z.array(Component).min(1).max(LIMITS.layers),
  weights: z
    .string()
    .optional()
    .describe(
      "Initial weights: uploaded ones (w_…), those of another job (job_…, job_…@best, job_…@last) or of a checkpoint (chk_…); if omitted, drawn from the seed with torch's initialization",
    ),
  freeze: z
    .array(z.string())
    .max(LIMITS.layers)
    .optional()
    .describe(
      "Names of layers whose parameters are frozen, as with torch's requires_grad = False; a frozen BatchNorm still updates its running statistics, as in torch",
    ),
});
export type ModelRequest = z.infer<typeof ModelRequest>;
/** As posted: fields with a default may be omitted. */
export type NewModel = z.input<typeof ModelRequest>;

/** A layer with its name and every default filled in: `type`, `name`, `inputs` if given, then the arguments of its class. */
export const RenderedLayer = z.looseObject({ type: z.string(), name: z.string() });
export type RenderedLayer = z.infer<typeof RenderedLayer>;

export const RenderedModel = z.object({
  name: z.string(),
  input: z.object({
    shape: z.array(z.number().int()),
    dtype: InputType,
    padding: z.number().int().nullable().optional(),
  }),
  layers: z.array(RenderedLayer),
  weights: z.string().optional(),
  freeze: z.array(z.string()).optional(),
});
export type RenderedModel = z.infer<typeof RenderedModel>;

export const LayerReport = z.object({
  name: z.string(),
  type: z.string(),
  input_shape: z.array(z.number().int()),
  output_shape: z.array(z.number().int()),
  parameters: z.number().int(),
  flops: z.number().int().describe('Forward pass of one sample; a multiply-add counts as two'),
});

/** The reply of POST /models/validate. */
export const ModelReport = z.object({
  object: z.literal('model.report'),
  model: RenderedModel,
  layers: z.array(LayerReport),
  output_shape: z.array(z.number().int()),
  parameters: z.number().int(),
  flops: z.number().int(),
  parameter_bytes: z.number().int(),
  summary: z.string().describe("The model as torch's print() shows it"),
  warnings: z.array(Warning).describe('Warnings about valid but probably unintended settings'),
  interpreted: Interpreted,
});
export type ModelReport = z.infer<typeof ModelReport>;
