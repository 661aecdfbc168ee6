// One log line per request when it is answered: method and path without the query (which may contain a token), and the outcome. Health
// checks and scrapes are not logged.

import plugin from 'fastify-plugin';

const SILENT = new Set(['/healthz', '/readyz', '/metrics']);

export const requestLog = plugin(
  async (app) => {
    app.addHook('onResponse', (request, reply, done) => {
      const path = request.url.split('?')[0] as string;
      if (!SILENT.has(path)) {
        const { method } = request;
        const { statusCode: status } = reply;
        const ms = Math.round(reply.elapsedTime);
        request.log.info({ method, path, status, ms }, `${method} ${path} ${status} ${ms} ms`);
      }
      done();
    });
  },
  { name: 'request-log', fastify: '5.x', dependencies: ['request-id'] },
);
