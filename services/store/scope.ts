// Whose rows a part of the store sees. Requests come with a tenant; workers and sweepers act for everybody.

import { DEFAULT_TENANT } from '#contracts/tenant.ts';

/** A tenant, or null for the rows of all of them. */
export type Scope = string | null;

/** For Prisma's `where`. */
export const ownedBy = (scope: Scope): { tenant?: string } => (scope === null ? {} : { tenant: scope });

/** The tenant that written rows belong to. */
export const ownerOf = (scope: Scope): string => scope ?? DEFAULT_TENANT;

/** A condition on a table with the column `tenant`; the parameter is the scope. */
export const inScope = (parameter: string) => `(${parameter}::text IS NULL OR tenant = ${parameter})`;

/** The same of the rows that belong to a job: looked up once a statement, by the job's key. */
export const jobInScope = (jobId: string, parameter: string) =>
  `(${parameter}::text IS NULL OR EXISTS (SELECT FROM job WHERE id = ${jobId} AND tenant = ${parameter}))`;
