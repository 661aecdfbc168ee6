// Every route has a case in ../keys/tenant-cases.ts, which ../keys/tenants.test.ts then requests as another tenant.

import { expect, it } from 'vitest';
import { BODIES, hasId, LISTS, NAMELESS, OPERATORS, REFERENCES, routes } from '../keys/tenant-cases.ts';

it('every route of the document has a test case for access by another tenant', () => {
  const known = [...LISTS, ...OPERATORS, ...NAMELESS, ...Object.keys(REFERENCES)];
  const unknown = routes.filter(({ name, url }) => !known.includes(name) && !hasId(url));
  expect(unknown.map(({ name }) => name)).toEqual([]);
  const unread = routes.filter(
    ({ name, url, takesBody }) =>
      hasId(url) && takesBody && BODIES[name] === undefined && !OPERATORS.includes(name),
  );
  expect(unread.map(({ name }) => name)).toEqual([]);
  const names = routes.map(({ name }) => name);
  for (const name of [...known, ...Object.keys(BODIES)]) expect(names).toContain(name);
});
