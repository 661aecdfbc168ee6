// GET /healthz: this process answers.

import { z } from 'zod';
import type { Route } from '../../context.ts';

const route: Route = (app) => {
  app.get(
    '/healthz',
    {
      config: { open: true },
      schema: {
        operationId: 'health',
        tags: ['service'],
        summary: 'This process is alive',
        security: [],
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  );
};
export default route;
