// The filter row above the job list, as the query of GET /jobs.

import { expect, test } from 'vitest';
import { JobListQuery } from '#contracts/jobs/job-list.ts';
import { parseQueryString } from '../../services/api/query-string.ts';
import { queryString } from '../../services/client/http.ts';
import {
  filtersOf,
  isFiltered,
  metadataTerm,
  ORDERS,
  queryOf,
  STATUSES,
} from '../../services/dashboard/web/jobs/filters.ts';

/** The API query that results from the page's URL hash. */
const understood = (hash: string) =>
  JobListQuery.parse(parseQueryString(queryString(queryOf(filtersOf(new URLSearchParams(hash)))).slice(1)));

test('words match part of the name and key=value matches metadata, in any order', () => {
  expect(understood('find=team=blue two spirals owner="Ada L."')).toMatchObject({
    name: 'two spirals',
    metadata: { team: 'blue', owner: 'Ada L.' },
    sort: '-created_at',
  });
  expect(understood('find=run=')).toMatchObject({ name: 'run=' });
  expect(understood(`find=${metadataTerm('owner', 'Ada L.')} ${metadataTerm('n', '3')}`).metadata).toEqual({
    owner: 'Ada L.',
    n: '3',
  });
});

test('the service accepts every status and every order that the page offers', () => {
  for (const [status] of STATUSES) expect(() => understood(`status=${status}`)).not.toThrow();
  for (const [sort] of ORDERS) expect(understood(`sort=${sort}`).sort).toBe(sort);
  expect(understood('status=unfinished').status).toContain('paused');
});

test('a URL from an earlier version, or a mistyped one, shows all jobs', () => {
  expect(understood('sort=newest').sort).toBe('-created_at');
  expect(isFiltered(filtersOf(new URLSearchParams('sort=loss')))).toBe(false);
  expect(isFiltered(filtersOf(new URLSearchParams('find=a')))).toBe(true);
  expect(isFiltered(filtersOf(new URLSearchParams('sort=best.val_loss')))).toBe(true);
});
