// An S3 server as a process: `node tests/soak/s3-server.ts PORT DIRECTORY`. The directory's contents survive a restart.

import { startS3 } from '../support/s3.ts';

const [port, directory] = process.argv.slice(2);
await startS3({ port: Number(port), directory: directory! });
