// The life of every program here: it starts, runs until a signal, and stops in time. npm delivers each signal twice (once from the
// terminal, once forwarded by npm), so only a second one that comes later means "now".

import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { OtherVersion } from '#store/embedded-postgres/cluster.ts';
import { DataDirInUse } from '#store/embedded-postgres/ownership.ts';
import { type Config, ConfigError, loadConfig } from './config.ts';

/** Whoever asked may look whether we are gone when the time is over: we are, a little before. */
const EARLY_MS = 500;
const SAME_SIGNAL_MS = 500;

export interface Running {
  stop(): Promise<void>;
}

/** What can be said about a failed start without a stack. */
export function startFailure(error: unknown): string {
  const plain = [ConfigError, DataDirInUse, OtherVersion];
  if (plain.some((kind) => error instanceof kind)) return (error as Error).message;
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === 'EADDRINUSE') {
    return `Port ${port} of ${address} is in use. Set PORT to another one (PORT=0 picks a free one).`;
  }
  if (code === 'EACCES' && port !== undefined)
    return `Port ${port} may not be used by this user. Set PORT to another one.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** One line an entry for whoever looks at a terminal; everything else gets JSON. */
function readable() {
  return pretty({
    destination: 2,
    sync: true,
    ignore: 'pid,hostname',
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
  });
}

export const openLog = (level: Config['logLevel']): Logger =>
  pino({ level }, process.stderr.isTTY ? readable() : pino.destination(2));

export interface Signals {
  /** It is to stop while it starts: ends the start. */
  signal: AbortSignal;
  /** It will begin to stop soon: nothing new should be sent here. */
  draining: AbortSignal;
}

async function runUntilSignal(
  start: (signals: Signals) => Promise<Running>,
  { drainSeconds, stopSeconds }: Config['ending'],
  log: Logger,
): Promise<void> {
  const starting = new AbortController();
  const draining = new AbortController();
  let running: Running | null = null;
  let firstSignal: number | null = null;

  // A part that does not stop (or start) is left to the operating system: everything is made to be killed.
  const limit = (exitCode: number) => {
    setTimeout(
      () => {
        log.error('not everything stopped in time');
        process.exit(exitCode);
      },
      stopSeconds * 1000 - EARLY_MS,
    ).unref();
  };
  const stop = async (exitCode: number) => {
    limit(1);
    try {
      await running?.stop();
    } catch (error) {
      log.error({ err: error }, 'could not stop cleanly');
      process.exit(1);
    }
    process.exit(exitCode);
  };

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const now = performance.now();
      if (firstSignal === null) {
        firstSignal = now;
        log.info({ signal }, 'stopping');
        draining.abort();
        if (running !== null) setTimeout(() => void stop(0), drainSeconds * 1000);
        else {
          // Nothing was begun that an end could spoil.
          limit(0);
          starting.abort(new Error('stopped during startup'));
        }
      } else if (now - firstSignal > SAME_SIGNAL_MS) {
        process.exit(130);
      }
    });
  }
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught error');
    void stop(1);
  });

  try {
    running = await start({ signal: starting.signal, draining: draining.signal });
  } catch (error) {
    // It was asked to stop, and did: what it had started is stopped again.
    if (starting.signal.aborted) process.exit(0);
    process.stderr.write(`${startFailure(error)}\n`);
    process.exit(1);
  }
  if (firstSignal !== null) await stop(0);
}

/**
 * A program: reads the environment, starts, and ends the process after a signal; one that comes during the start aborts
 * the start's own. Logs go to stderr.
 */
export async function run(
  start: (config: Config, log: Logger, signals: Signals) => Promise<Running>,
): Promise<void> {
  try {
    const config = loadConfig(process.env);
    const log = openLog(config.logLevel);
    await runUntilSignal((signals) => start(config, log, signals), config.ending, log);
  } catch (error) {
    process.stderr.write(`${startFailure(error)}\n`);
    process.exit(1);
  }
}

/** The database that a program cannot do without when it runs apart from the others. */
export function requireDatabase(config: Config): string {
  if (config.databaseUrl !== null) return config.databaseUrl;
  throw new ConfigError([
    'DATABASE_URL: must be set to run the services separately; `npm start` comes with its own Postgres',
  ]);
}
