// Prevents orphaned objects. Before an object is written, its deletion is scheduled (booked); the transaction that creates its artifact
// cancels the booking. If anything fails or dies in between, the object is deleted when the booking is due. Deleting an artifact books its
// object in the same transaction.

import type { Queryable, Transaction } from '../../database.ts';
import type { StoreLog } from '../../interface.ts';
import type { Home } from './home.ts';

/** A write that takes longer renews its booking. */
const GRACE_SECONDS = 3_600;
/** Upper bound on the delay before a failed deletion is retried. */
const LONGEST_PAUSE_SECONDS = 3_600;

const due = (parameter: string) => `clock_timestamp() + make_interval(secs => ${parameter}::float8)`;

const BOOK = `
  INSERT INTO object_to_delete (home, artifact_id, due_at) VALUES ($1, $2, ${due('$3')})
  ON CONFLICT (home, artifact_id) DO UPDATE SET due_at = EXCLUDED.due_at`;

const UNBOOK = 'DELETE FROM object_to_delete WHERE home = $1 AND artifact_id = $2';

/** Call it on a separate connection: the booking must persist even if the transaction rolls back. */
export async function bookObject(client: Queryable, home: string, id: string, seconds = GRACE_SECONDS) {
  await client.query(BOOK, [home, id, seconds]);
}

/** For long writes. Never inserts a booking: the object may have been kept in the meantime. */
async function renewBooking(client: Queryable, home: string, id: string): Promise<void> {
  await client.query(
    `UPDATE object_to_delete SET due_at = ${due('$3')} WHERE home = $1 AND artifact_id = $2`,
    [home, id, GRACE_SECONDS],
  );
}

/** Runs in the transaction that creates the artifact. @throws if the object may have been deleted in the meantime */
async function keepObject(client: Queryable, home: string, id: string): Promise<void> {
  const kept = await client.query(UNBOOK, [home, id]);
  if (kept.rowCount === 0)
    throw new Error(`the object ${id} in ${home} was abandoned while it was being written`);
}

/** Delay before an abandoned object is deleted: a request that timed out here may still arrive at the home. */
const GIVEN_UP_SECONDS = 300;
/** Keeps the transaction below the server's idle timeout during a write. */
const RENEW_MS = 10_000;

/** Writes an artifact's object, inside the transaction that refers to it; keeps both the transaction and the booking alive meanwhile. */
export async function writeObject(
  client: Queryable,
  pool: Queryable,
  home: Home,
  id: string,
  pieces: AsyncIterable<Buffer>,
): Promise<void> {
  await bookObject(pool, home.url, id);
  let renewing: Promise<unknown> = Promise.resolve();
  let broken: Error | null = null;
  const timer = setInterval(() => {
    renewing = Promise.all([client.query('SELECT 1'), renewBooking(pool, home.url, id)]).catch(
      (error: Error) => {
        broken = error;
      },
    );
  }, RENEW_MS);
  try {
    await home.write(id, pieces).finally(() => clearInterval(timer));
    await renewing;
    if (broken !== null) throw broken;
    await keepObject(client, home.url, id);
  } catch (error) {
    await bookObject(pool, home.url, id, GIVEN_UP_SECONDS).catch(() => {});
    throw error;
  }
}

const TAKE = `
  SELECT home, artifact_id AS id FROM object_to_delete
  WHERE due_at <= clock_timestamp() AND home = ANY ($1)
  ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`;

const FAILED = `
  UPDATE object_to_delete SET attempts = attempts + 1, error = $3,
    due_at = clock_timestamp() + make_interval(secs => least(${LONGEST_PAUSE_SECONDS}, 5 * 2 ^ least(attempts, 20)))
  WHERE home = $1 AND artifact_id = $2`;

const IN_USE = 'SELECT FROM artifact WHERE home = $1 AND id = $2';

/**
 * Deletes the objects that are due, one at a time, each under the lock of its booking: a writer about to keep the object waits, then finds
 * the booking gone. Failed deletions are retried later. Returns the number deleted.
 */
export async function sweepObjects(
  transaction: Transaction,
  homes: ReadonlyMap<string, Home>,
  log: StoreLog,
  stop: AbortSignal,
): Promise<number> {
  let deleted = 0;
  for (;;) {
    const more = await transaction(async (client) => {
      const { rows } = await client.query<{ home: string; id: string }>(TAKE, [[...homes.keys()]]);
      const [object] = rows;
      if (object === undefined || stop.aborted) return false;
      try {
        const used = await client.query(IN_USE, [object.home, object.id]);
        const isUnused = used.rowCount === 0;
        if (isUnused) await homes.get(object.home)!.delete(object.id);
        else log.error({ ...object }, 'an object in use was scheduled for deletion; it is kept');
        await client.query(UNBOOK, [object.home, object.id]);
        if (isUnused) deleted += 1;
      } catch (error) {
        const { message } = error as Error;
        log.warn({ err: error, ...object }, 'could not delete the object of an artifact; retrying later');
        await client.query(FAILED, [object.home, object.id, message]);
      }
      return true;
    });
    if (!more) return deleted;
  }
}

/** Unreferenced objects that still exist because their home is unavailable or no longer configured. */
export async function countUndeleted(client: Queryable): Promise<number> {
  const { rows } = await client.query<{ objects: number }>(
    'SELECT count(*)::int AS objects FROM object_to_delete WHERE due_at <= clock_timestamp() OR attempts > 0',
  );
  return rows[0]!.objects;
}
