// Connections that end at the worst moment: the server's last message comes in one piece with its first one.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { isOutage } from '#store/outage.ts';
import { openPool } from '../../services/store/pool.ts';
import { quietLog } from '../support/log.ts';
import { freshDatabase } from '../support/postgres.ts';

const READY = Buffer.from('5a0000000549', 'hex');

/** What a server sends to a connection that it closes. */
function shutdownMessage(): Buffer {
  const fields = Buffer.from('SFATAL\0C57P01\0Mterminating connection\0\0');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(4 + fields.length, 1);
  return Buffer.concat([head, fields]);
}

/** Postgres, but every connection that it accepts is closed at once. */
async function closingServer(databaseUrl: string) {
  const server = createServer((client) => {
    const postgres = connect(Number(new URL(databaseUrl).port), '127.0.0.1');
    client.pipe(postgres);
    postgres.on('data', (data) => {
      if (!data.includes(READY)) client.write(data);
      else client.end(Buffer.concat([data, shutdownMessage()]), () => postgres.destroy());
    });
    for (const socket of [client, postgres]) socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return { url: url.href, close: () => new Promise((closed) => server.close(closed)) };
}

// An uncaught error, as the client's `error` event was, fails the whole run of the tests.
test('a connection that is closed as it opens fails the next query as an outage, and does not crash the process', async () => {
  const server = await closingServer(await freshDatabase());
  const pool = openPool({ connectionString: server.url }, quietLog);
  const client = await pool.connect();
  const error = await client.query('SELECT 1').catch((error: unknown) => error);
  expect(isOutage(error)).toBe(true);
  client.release(true);
  await pool.end();
  await server.close();
});
