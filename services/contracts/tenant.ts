// Tenants own jobs, datasets and keys. A caller sees only its own tenant's; everything else is reported as not found.

import { z } from 'zod';

/** Of the operator's key, of this machine where no key is asked for, and of all that is older than tenants. */
export const DEFAULT_TENANT = 'default';

export const Tenant = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, {
  error: 'expected 1 to 63 of a–z, 0–9, _ and -, the first one a letter or a digit',
});
