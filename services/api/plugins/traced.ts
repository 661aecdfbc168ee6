// A span per request, part of the caller's trace if it sends `traceparent`. Health checks and scrapes are not traced, and neither are
// WebSockets, which last as long as their job.

import plugin from 'fastify-plugin';
import { NO_SPAN, type Span, type Tracing } from '#tracing/tracing.ts';

declare module 'fastify' {
  interface FastifyRequest {
    span: Span;
  }
}

const SILENT = new Set(['/healthz', '/readyz', '/metrics']);

export const traced = plugin(
  async (app, { tracing }: { tracing: Tracing }) => {
    app.decorateRequest('span', null as unknown as Span);
    app.addHook('onRequest', (request, _reply, done) => {
      const route = request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown');
      const { traceparent, upgrade } = request.headers;
      if (SILENT.has(route) || upgrade !== undefined) request.span = NO_SPAN;
      else {
        request.span = tracing.start(
          `${request.method} ${route}`,
          typeof traceparent === 'string' ? traceparent : null,
          {
            kind: 'server',
            attributes: {
              'http.request.method': request.method,
              'http.route': route,
              'epochd.request.id': request.id,
            },
          },
        );
      }
      done();
    });
    app.addHook('onResponse', (request, reply, done) => {
      const { span } = request;
      span.set({ 'http.response.status_code': reply.statusCode });
      if (reply.statusCode >= 500) span.fail(`answered with ${reply.statusCode}`);
      span.end();
      done();
    });
  },
  { name: 'traced', fastify: '5.x', dependencies: ['request-id'] },
);
