// `npm start`: the whole service in one process.

import type { Config } from './config.ts';
import { run } from './lifecycle.ts';
import { startService } from './service.ts';

function greet(url: string, config: Config): void {
  const lines = [
    `epochd is ready at ${url}`,
    `  docs     ${url}/docs`,
    config.databaseUrl === null
      ? `  data     ${config.dataDir}`
      : `  data     in the Postgres at ${new URL(config.databaseUrl).host}`,
    `  queue    ${config.redisUrl === null ? 'in Postgres' : `in the Redis at ${new URL(config.redisUrl).host}`}`,
    '  Ctrl-C stops it; running jobs resume from their last checkpoint at the next start.',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

await run(async (config, log, signals) => {
  const service = await startService({ config, log, ...signals });
  greet(service.url, config);
  return service;
});
