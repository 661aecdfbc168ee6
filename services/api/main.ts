// `npm run api`: the API alone, over a Postgres of the user's. Workers run elsewhere.

import { pino } from 'pino';
import { openStore } from '#store/store.ts';
import { ConfigError, loadConfig } from '../config.ts';
import { buildApp } from './app.ts';

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  if (config.databaseUrl === null) {
    throw new ConfigError(['DATABASE_URL: must be set; `npm start` brings a Postgres of its own']);
  }
  const log = pino({ level: config.logLevel, name: 'api' });
  const store = await openStore({ databaseUrl: config.databaseUrl, redisUrl: config.redisUrl, log });
  const app = await buildApp({ store, config, log }).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });

  let stopping: Promise<void> | null = null;
  const stop = async (signal: string) => {
    log.info({ signal }, 'closing');
    await app.close();
    await store.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // The second one means it.
      if (stopping !== null) process.exit(130);
      stopping = stop(signal).catch((error: unknown) => {
        log.error({ err: error }, 'closing failed');
        process.exitCode = 1;
      });
    });
  }
  try {
    await app.listen({ host: config.host, port: config.port });
  } catch (error) {
    await stop('listen failed');
    throw error;
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
});
