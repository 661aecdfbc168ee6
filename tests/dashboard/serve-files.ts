// Serves the dashboard's files over HTTP with the API's content security policy, without database or queue.

import type { AddressInfo } from 'node:net';
import type { StaticFile } from '#contracts/static-file.ts';
import { bareApp } from '../api/bare-app.ts';

export async function serveFiles(files: readonly StaticFile[]) {
  const app = await bareApp({ dashboard: files });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    paths: files.map((file) => file.path),
    [Symbol.asyncDispose]: async () => {
      await app.close();
    },
  };
}
