// A stand-in for an OpenTelemetry collector: OTLP over HTTP, as JSON.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface Received {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  part: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Record<string, string | number>;
  events: { name: string; attributes: Record<string, string | number> }[];
  status: { code?: number; message?: string };
}

type Attribute = { key: string; value: Record<string, string | number> };
type Sent = Omit<Received, 'attributes' | 'events' | 'part'> & {
  attributes: Attribute[];
  events: { name: string; attributes: Attribute[] }[];
};
interface Batch {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Sent[] }[] }[];
}

const plain = (attributes: readonly Attribute[]) =>
  Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, doubleValue } }) => [
      key,
      stringValue ?? Number(intValue ?? doubleValue),
    ]),
  );

export async function openReceiver() {
  const spans: Received[] = [];
  const headers: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    if (request.url !== '/v1/traces') return void response.writeHead(404).end();
    headers.push(request.headers['x-team'] as string | undefined);
    for (const { resource, scopeSpans } of ((await json(request)) as Batch).resourceSpans) {
      const part = String(plain(resource.attributes)['epochd.part']);
      for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
        const events = span.events.map(({ name, attributes }) => ({ name, attributes: plain(attributes) }));
        spans.push({ ...span, part, attributes: plain(span.attributes), events });
      }
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    headers,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
