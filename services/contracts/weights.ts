// Uploaded weights in the API: a safetensors file, described from its header.

import { z } from 'zod';

/** The dtypes that can become a parameter's float32 or a buffer's count, and those that cannot. */
export const TensorDType = z.enum(['F64', 'F32', 'F16', 'BF16', 'I64', 'I32', 'I16', 'I8', 'U8', 'BOOL']);

export const TensorInfo = z.object({
  key: z.string().describe("torch's state_dict key, such as fc1.weight"),
  dtype: TensorDType,
  shape: z.array(z.number().int()),
});
export type TensorInfo = z.infer<typeof TensorInfo>;

export const Weights = z.object({
  id: z.string(),
  object: z.literal('weights'),
  name: z.string().nullable(),
  created_at: z.iso.datetime(),
  bytes: z.number().int(),
  sha256: z.string().describe('SHA-256 of the file'),
  tensors: z.array(TensorInfo),
});
export type Weights = z.infer<typeof Weights>;
