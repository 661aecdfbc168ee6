// GET /openapi.json: this contract, as it runs. The page for people is /docs.

import { z } from 'zod';
import type { Route } from '../../context.ts';

const route: Route = (app) => {
  app.get(
    '/openapi.json',
    {
      config: { open: true },
      schema: {
        operationId: 'openapi',
        tags: ['service'],
        summary: 'This contract as OpenAPI',
        security: [],
        response: { 200: z.looseObject({ openapi: z.string() }) },
      },
    },
    async () => app.swagger() as { openapi: string },
  );
};
export default route;
