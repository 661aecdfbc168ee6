// The job list as one SQL statement: filters, an order, and keyset pagination. A page starts after the position of the job named by `after`
// in the same order, with ids as tie-breakers, so that pages neither overlap nor skip jobs however many are added in the meantime.

import type { JobStatus } from '#contracts/jobs/job.ts';
import type { Page } from '../page.ts';
import type { Scope } from '../scope.ts';
import { JOB_COLUMNS } from './job-row.ts';

export interface JobPage extends Page {
  /** Matches any of them. */
  status?: readonly JobStatus[] | undefined;
  /** A substring of the name, case-insensitive. */
  name?: string | undefined;
  /** Matches all of them. */
  metadata?: Readonly<Record<string, string>> | undefined;
  /** Used for training, or as a whole for validation or testing. */
  dataset?: string | undefined;
  /** The folds of this cross-validation. */
  crossValidation?: string | undefined;
  createdAfter?: Date | undefined;
  createdBefore?: Date | undefined;
  order?: JobOrder | undefined;
}

/** Any order except created_at lists only the jobs that have the value: finished ones, or ones that measured it. */
export interface JobOrder {
  by: 'created_at' | 'finished_at' | { best: string };
  descending: boolean;
}

export interface Statement {
  sql: string;
  values: unknown[];
}

/** Selects one row more than `limit`, to tell whether there is another page. */
export function listSql(page: JobPage, scope: Scope = null): Statement {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const where: string[] = [];
  const { status, name, metadata = {}, dataset, crossValidation, createdAfter, createdBefore, after } = page;
  if (scope !== null) where.push(`tenant = ${bind(scope)}`);
  if (status !== undefined) where.push(`status = ANY (${bind(status)}::text[])`);
  if (name !== undefined) where.push(`position(lower(${bind(name)}) IN lower(name)) > 0`);
  for (const [key, value] of Object.entries(metadata)) {
    where.push(`metadata ->> ${bind(key)}::text = ${bind(value)}`);
  }
  if (dataset !== undefined) {
    where.push(`${bind(dataset)} IN (dataset_id, validation_dataset_id, test_dataset_id)`);
  }
  if (crossValidation !== undefined) where.push(`cross_validation_id = ${bind(crossValidation)}`);
  if (createdAfter !== undefined) where.push(`created_at > ${bind(createdAfter)}`);
  if (createdBefore !== undefined) where.push(`created_at < ${bind(createdBefore)}`);

  const { by, descending } = page.order ?? { by: 'created_at', descending: true };
  const beyond = descending ? '<' : '>';
  const direction = descending ? 'DESC' : 'ASC';
  let order = `id ${direction}`;
  // An id contains its creation time, so in this order even a deleted job's id works as a cursor.
  if (by === 'created_at') {
    if (after !== undefined) where.push(`id ${beyond} ${bind(after)}`);
  } else {
    const key =
      by === 'finished_at' ? 'finished_at' : `(best -> 'metrics' ->> ${bind(by.best)}::text)::float8`;
    where.push(`${key} IS NOT NULL`);
    if (after !== undefined) {
      where.push(`(${key}, id) ${beyond} (SELECT ${key}, id FROM job WHERE id = ${bind(after)})`);
    }
    order = `${key} ${direction}, id ${direction}`;
  }
  const condition = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
  return {
    sql: `SELECT ${JOB_COLUMNS} FROM job ${condition} ORDER BY ${order} LIMIT ${bind(page.limit + 1)}`,
    values,
  };
}
