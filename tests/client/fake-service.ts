// A fake service with scripted replies, for replies that the real one gives only when something is broken.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { JobEvent } from '#contracts/jobs/events.ts';

export interface Fake extends AsyncDisposable {
  url: string;
  /** Method, path and headers of every request, in order. */
  seen: { method: string; url: string; headers: IncomingMessage['headers'] }[];
}

export interface Script {
  request(request: IncomingMessage, response: ServerResponse): void;
  /** If unset, upgrades are refused with 403. */
  socket?(socket: WebSocket, after: number): void;
  /** Whether to cut off the next handshake. */
  cutsOff?(): boolean;
}

export async function fakeService({ request, socket, cutsOff }: Script): Promise<Fake> {
  const seen: Fake['seen'] = [];
  const note = (it: IncomingMessage) =>
    seen.push({ method: it.method ?? '', url: it.url ?? '', headers: it.headers });
  const server = createServer((incoming, response) => {
    note(incoming);
    incoming.resume().on('end', () => request(incoming, response));
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (incoming, raw, head) => {
    note(incoming);
    if (cutsOff?.()) return void raw.destroy();
    if (socket === undefined) return void raw.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const after = Number(new URL(incoming.url ?? '', 'http://x').searchParams.get('after'));
    sockets.handleUpgrade(incoming, raw, head, (opened) => socket(opened, after));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

export function reply(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req_1' });
  response.end(JSON.stringify(body));
}

export function event(seq: number, type: 'log' | 'done' = 'log'): JobEvent {
  const envelope = {
    id: `evt_x_${seq}`,
    object: 'job.event',
    job_id: 'job_x',
    seq,
    ts: 0,
    attempt: 1,
  } as const;
  return type === 'done'
    ? { ...envelope, type, data: { status: 'succeeded', stop_reason: 'completed' } }
    : { ...envelope, type, data: { level: 'info', message: `number ${seq}` } };
}

export function refusal(code: string, message: string) {
  return { error: { code, message, type: 'x', param: null, details: [] } };
}
