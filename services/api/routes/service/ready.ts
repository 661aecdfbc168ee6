// GET /readyz: the parts behind this process answer, too.

import { z } from 'zod';
import { Problem } from '#contracts/errors.ts';
import type { Route } from '../../context.ts';
import { within } from '../../within.ts';

const PATIENCE_MS = 2_000;

const route: Route = (app, { service, draining }) => {
  app.get(
    '/readyz',
    {
      config: { open: true },
      schema: {
        operationId: 'ready',
        tags: ['service'],
        summary: 'Database and queue are reachable',
        description: 'Replies 503 while they are not, and when the service is shutting down.',
        security: [],
        response: { 200: z.object({ status: z.literal('ready') }) },
      },
    },
    async (request) => {
      if (draining.aborted) throw new Problem('unavailable', 'the service is shutting down');
      try {
        await within(PATIENCE_MS, service.ping());
      } catch (error) {
        request.log.warn({ err: error }, 'not ready');
        throw new Problem('unavailable', 'the database or the queue is unreachable');
      }
      return { status: 'ready' as const };
    },
  );
};
export default route;
