// The OpenAPI document of the running routes, and the page that shows it. The page is served entirely from here, so it works offline; it
// needs no key, because it contains no secrets and a browser cannot send one for a page.

import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import plugin from 'fastify-plugin';
import { swaggerOptions } from '../openapi/document.ts';

const PREFIX = '/docs';

export const docs = plugin(
  async (app) => {
    app.addHook('onRoute', (route) => {
      if (route.url.startsWith(PREFIX)) route.config = { ...route.config, open: true };
    });
    await app.register(swagger, swaggerOptions);
    await app.register(swaggerUi, {
      routePrefix: PREFIX,
      theme: {
        title: 'epochd',
        css: [{ filename: 'epochd.css', content: '.swagger-ui .topbar { display: none }' }],
      },
      uiConfig: { docExpansion: 'list', defaultModelsExpandDepth: 0, tryItOutEnabled: true },
    });
  },
  { name: 'docs', fastify: '5.x', dependencies: ['errors', 'auth'] },
);
