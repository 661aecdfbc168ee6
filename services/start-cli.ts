// Composes the command line; bin/epochd.js and `npm run epochd --` run this.

import { runCli } from './cli/main.ts';

const interrupted = new AbortController();
let exitCode = 0;
process.stdout.on('error', () => process.exit(exitCode)); // a pipe that nobody reads any more

exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  start: () => import('./start.ts'),
  diagnose: async () => (await import('./doctor.ts')).diagnose(process.env),
  openArtifacts: async () => (await import('./artifacts-here.ts')).openArtifactsHere(process.env),
  interruptible() {
    process.once('SIGINT', () => interrupted.abort());
    return interrupted.signal;
  },
});
process.exitCode = exitCode;
