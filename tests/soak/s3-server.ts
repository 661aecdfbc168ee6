// An S3 server as a process: `node tests/soak/s3-server.ts PORT DIRECTORY`. What is in the directory is still there when it is
// started again.

import { startS3 } from '../support/s3.ts';

const [port, directory] = process.argv.slice(2);
await startS3({ port: Number(port), directory: directory! });
