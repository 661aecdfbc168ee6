// A process that starts an embedded Postgres and keeps it running until it is told to stop, or is killed.
//
//   node embedded-holder.ts DATA_DIR [UID GID]
//
// Prints {"url", "adopted"} or {"error"} on one line; a line on its standard input stops the server.

import { startEmbeddedPostgres } from '#store/embedded-postgres/embedded-postgres.ts';
import { quietLog } from './log.ts';

const [dataDir = '', uid, gid] = process.argv.slice(2);
if (uid !== undefined && gid !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(Number(gid));
  process.setuid?.(Number(uid));
}
try {
  const postgres = await startEmbeddedPostgres({ dataDir, log: quietLog, settings: { fsync: 'off' } });
  console.log(JSON.stringify({ url: postgres.url, adopted: postgres.adopted, uid: process.geteuid?.() }));
  process.stdin.once('data', async () => {
    await postgres.stop();
    process.exit(0);
  });
} catch (error) {
  console.log(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
  process.exit(1);
}
