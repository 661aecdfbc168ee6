// Tenants own jobs, datasets and keys. A caller sees only its own tenant's; everything else is reported as not found.

import { z } from 'zod';

/** The tenant of the operator's key, of this machine if no key is required, and of everything older than tenants. */
export const DEFAULT_TENANT = 'default';

export const Tenant = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, {
  error: 'expected 1 to 63 of a–z, 0–9, _ and -, the first one a letter or a digit',
});
