// Counts every request by route, never by path: ids are not labels.

import plugin from 'fastify-plugin';
import type { Measures } from '../measures.ts';

export const measured = plugin(
  async (app, { measures }: { measures: Measures }) => {
    app.addHook('onResponse', (request, reply, done) => {
      const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
      measures.request({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
      done();
    });
  },
  { name: 'measured', fastify: '5.x' },
);
