// API keys in the API. Only the operator's own key (EPOCHD_API_KEY) creates and revokes them.

import { z } from 'zod';
import { DEFAULT_TENANT, Tenant } from '../tenant.ts';
import { Name } from '../text.ts';
import { KeyLimits, SomeLimits } from './key-limits.ts';

/** Lets people and secret scanners recognize a key. */
export const KEY_PREFIX = 'epochd_';

export const ApiKeyRequest = z.strictObject({
  name: Name.describe('Purpose'),
  tenant: Tenant.default(DEFAULT_TENANT).describe(
    'The tenant whose datasets and jobs it can access; naming a tenant here creates it',
  ),
  limits: SomeLimits.default({}).describe(
    'Omitted limits are taken from KEY_LIMITS of the configuration; null means no limit',
  ),
});
export type ApiKeyRequest = z.infer<typeof ApiKeyRequest>;
/** As posted: fields with a default may be omitted. */
export type NewApiKey = z.input<typeof ApiKeyRequest>;

export const ApiKey = z.object({
  id: z.string(),
  object: z.literal('api_key'),
  name: z.string(),
  tenant: z.string(),
  hint: z.string().describe('The last characters of the key'),
  limits: KeyLimits,
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable().describe('Accurate to a few seconds; null if never used'),
  revoked_at: z.iso.datetime().nullable().describe('When it was revoked'),
});
export type ApiKey = z.infer<typeof ApiKey>;

export const CreatedApiKey = ApiKey.extend({
  key: z
    .string()
    .nullable()
    .describe('For `Authorization: Bearer …`. Returned only once; null if the reply is repeated'),
});
export type CreatedApiKey = z.infer<typeof CreatedApiKey>;
