// Whose rows a store operation can see. Requests carry a tenant; workers and sweepers act for all tenants.

import { DEFAULT_TENANT } from '#contracts/tenant.ts';

/** A tenant, or null for all tenants' rows. */
export type Scope = string | null;

/** For Prisma's `where`. */
export const ownedBy = (scope: Scope): { tenant?: string } => (scope === null ? {} : { tenant: scope });

/** The tenant that new rows belong to. */
export const ownerOf = (scope: Scope): string => scope ?? DEFAULT_TENANT;

/** A condition for tables with a `tenant` column; the parameter is the scope. */
export const inScope = (parameter: string) => `(${parameter}::text IS NULL OR tenant = ${parameter})`;

/** The same for rows that belong to a job: the job's tenant is looked up once per statement. */
export const jobInScope = (jobId: string, parameter: string) =>
  `(${parameter}::text IS NULL OR EXISTS (SELECT FROM job WHERE id = ${jobId} AND tenant = ${parameter}))`;
