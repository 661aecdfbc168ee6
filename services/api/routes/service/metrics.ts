// GET /metrics: what Prometheus scrapes. As every route it wants the key where there is one, and is for this machine alone
// where there is none.

import { z } from 'zod';
import type { Route } from '../../context.ts';

const route: Route = (app, { measures }) => {
  app.get(
    '/metrics',
    {
      config: { admin: true },
      schema: {
        operationId: 'serviceMetrics',
        tags: ['service'],
        summary: 'Metrics of the service for Prometheus',
        description:
          'Queue depth and wait, jobs by status, training speed, event lag, requests, use of the database connections, and this process. If the database is down it still replies, with `epochd_database_up 0` and without metrics that need the database. Metrics of a job are at `/jobs/{id}/metrics`.',
        response: {
          200: {
            description: 'In the text format of Prometheus',
            content: { 'text/plain': { schema: z.string() } },
          },
        },
      },
    },
    async (_request, reply) => {
      const { text, type } = await measures.scrape();
      return reply.type(type).serializer(String).send(text) as never;
    },
  );
};
export default route;
