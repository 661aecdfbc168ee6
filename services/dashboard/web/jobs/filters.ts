// The list's search text, status filter and sort order, as GET /jobs takes them. They are kept in the URL; the service filters and sorts
// over all jobs.

import type { JobStatus } from '#contracts/jobs/job.ts';

export interface Filters {
  /** Words match the name; key=value, or key="two words", matches the metadata. */
  find: string;
  /** A status, 'unfinished', or '' for all. */
  status: string;
  sort: string;
  /** Jobs that use this dataset; '' for all. */
  dataset: string;
}

type Query = Record<string, string | readonly string[]>;

const UNFINISHED: readonly JobStatus[] = [
  'validating',
  'queued',
  'running',
  'pausing',
  'paused',
  'cancelling',
];
export const STATUSES = [
  ['', 'All statuses'],
  ['unfinished', 'Unfinished'],
  ...(['queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled'] as const).map(
    (status) => [status, status] as const,
  ),
] as const;

/** The service omits jobs that lack the value they are sorted by. */
export const ORDERS = [
  ['-created_at', 'Newest first'],
  ['created_at', 'Oldest first'],
  ['-finished_at', 'Last finished first'],
  ['best.val_loss', 'Lowest validation loss'],
  ['best.train_loss', 'Lowest training loss'],
  ['-best.val_accuracy', 'Highest validation accuracy'],
] as const;

export function filtersOf(query: URLSearchParams): Filters {
  const sort = query.get('sort') ?? '';
  return {
    find: query.get('find') ?? '',
    status: query.get('status') ?? '',
    dataset: query.get('dataset') ?? '',
    sort: ORDERS.some(([order]) => order === sort) ? sort : ORDERS[0][0],
  };
}

export const isFiltered = ({ find, status, sort, dataset }: Filters): boolean =>
  find.trim() !== '' || status !== '' || dataset !== '' || !sort.endsWith('created_at');

export function queryOf({ find, status, sort, dataset }: Filters): Query {
  const query: Query = { sort, ...(dataset === '' ? {} : { dataset }) };
  if (status !== '') query.status = status === 'unfinished' ? UNFINISHED : status;
  const name = find.replace(/(?:^|\s)([^\s="]+)=(?:"([^"]*)"|(\S+))/g, (_, key, quoted, bare) => {
    query[`metadata.${key}`] = quoted ?? bare;
    return ' ';
  });
  const words = name.trim().replace(/\s+/g, ' ');
  if (words !== '') query.name = words;
  return query;
}

/** A metadata filter as typed into the search field. */
export const metadataTerm = (key: string, value: string): string =>
  `${key}=${/\s/.test(value) ? `"${value}"` : value}`;
