import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '#store/database.ts';
import { quietLog } from '../support/log.ts';
import { freshDatabase, runSql } from '../support/postgres.ts';
import { drift } from '../support/schema-engine.ts';

let schema = '';
let url = '';
beforeAll(async () => {
  schema = await readFile(new URL('../../prisma/schema.prisma', import.meta.url), 'utf8');
  url = await freshDatabase({ empty: true });
  await (await openDatabase({ url, log: quietLog, patienceMs: 1000 })).close();
});

test('the migrations create the tables that schema.prisma describes', async () => {
  expect(await drift(url, schema)).toBeNull();
});

describe('that test detects', () => {
  test.each([
    ['a column that is missing', 'ALTER TABLE job DROP COLUMN fingerprint', /ADD COLUMN +"fingerprint"/],
    ['a column too many', 'ALTER TABLE job ADD COLUMN extra text', /DROP COLUMN "extra"/],
    ['another type', 'ALTER TABLE job ALTER COLUMN parameters TYPE bigint', /"parameters"/],
    ['json that became jsonb', 'ALTER TABLE job ALTER COLUMN spec TYPE jsonb USING spec::jsonb', /"spec"/],
    ['another nullability', 'ALTER TABLE job ALTER COLUMN name SET NOT NULL', /"name" DROP NOT NULL/],
    [
      'a default that is gone',
      'ALTER TABLE job ALTER COLUMN attempt DROP DEFAULT',
      /"attempt" SET DEFAULT 0/,
    ],
    ['an index that is missing', 'DROP INDEX job_status_id_idx', /CREATE INDEX "job_status_id_idx"/],
    [
      'a foreign key that is missing',
      'ALTER TABLE job_event DROP CONSTRAINT job_event_job_id_fkey',
      /FOREIGN KEY/,
    ],
    ['a foreign key that deletes too little', BREAK_CASCADE(), /ON DELETE CASCADE/],
  ])('%s', async (_what, sql, expected) => {
    const broken = await freshDatabase();
    await runSql(broken, sql);
    expect(await drift(broken, schema)).toMatch(expected);
  });
});

function BREAK_CASCADE(): string {
  return `ALTER TABLE job_event DROP CONSTRAINT job_event_job_id_fkey;
    ALTER TABLE job_event ADD CONSTRAINT job_event_job_id_fkey FOREIGN KEY (job_id) REFERENCES job (id)
    ON UPDATE CASCADE`;
}
