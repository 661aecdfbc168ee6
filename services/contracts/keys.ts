// API keys on the wire. The operator's own key (EPOCHD_API_KEY) makes and revokes them.

import { z } from 'zod';
import { KeyLimits, SomeLimits } from './key-limits.ts';
import { DEFAULT_TENANT, Tenant } from './tenant.ts';
import { Name } from './text.ts';

/** What every key begins with, so that people and secret scanners recognise one. */
export const KEY_PREFIX = 'epochd_';

export const ApiKeyRequest = z.strictObject({
  name: Name.describe('What it is for'),
  tenant: Tenant.default(DEFAULT_TENANT).describe(
    'Whose datasets and jobs it reaches; tenants come into being by being named here',
  ),
  limits: SomeLimits.default({}).describe(
    'What is left out is what KEY_LIMITS of the configuration says; null is no limit',
  ),
});
export type ApiKeyRequest = z.infer<typeof ApiKeyRequest>;
/** As it is posted: what has a default may be left out. */
export type NewApiKey = z.input<typeof ApiKeyRequest>;

export const ApiKey = z.object({
  id: z.string(),
  object: z.literal('api_key'),
  name: z.string(),
  tenant: z.string(),
  hint: z.string().describe('The last characters of the key'),
  limits: KeyLimits,
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable().describe('To within some seconds; null where it never was'),
  revoked_at: z.iso.datetime().nullable().describe('It opens nothing any more'),
});
export type ApiKey = z.infer<typeof ApiKey>;

export const CreatedApiKey = ApiKey.extend({
  key: z
    .string()
    .nullable()
    .describe('For `Authorization: Bearer …`. Shown this once; null where the reply is repeated'),
});
export type CreatedApiKey = z.infer<typeof CreatedApiKey>;
