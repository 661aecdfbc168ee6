// A worker's HTTP health probes: liveness, and whether it takes jobs. They reveal nothing else, so they need no key.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readiness } from './readiness.ts';

export interface Probes {
  /** Base URL: http://127.0.0.1:3001 */
  url: string;
  close(): Promise<void>;
}

export interface ProbesOptions {
  host: string;
  /** 0 picks a free port. */
  port: number;
  readiness: Readiness;
}

export async function openProbes({ host, port, readiness }: ProbesOptions): Promise<Probes> {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?');
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' });
      response.end(JSON.stringify(body));
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') answer(405, { status: 'method_not_allowed' });
    else if (path === '/healthz') answer(200, { status: 'ok' });
    else if (path === '/readyz') {
      const reason = readiness.whyNot();
      answer(
        reason === null ? 200 : 503,
        reason === null ? { status: 'ready' } : { status: 'unavailable', reason },
      );
    } else answer(404, { status: 'not_found', served: ['/healthz', '/readyz'] });
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${name}:${address.port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
