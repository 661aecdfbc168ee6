// Unknown URLs: 405 with Allow if the URL has another method, otherwise 404 with the nearest path.

import type { FastifyRequest } from 'fastify';
import plugin from 'fastify-plugin';
import { Problem, problemOf } from '#contracts/errors.ts';
import { nearest } from '#contracts/nearest.ts';

interface Served {
  segments: string[];
  methods: Set<string>;
}

const isParameter = (segment: string) => segment.startsWith(':');

function matches(served: Served, path: readonly string[]): boolean {
  return (
    served.segments.length === path.length &&
    served.segments.every((segment, i) => (isParameter(segment) ? path[i] !== '' : segment === path[i]))
  );
}

/** The served path with its parameters replaced by the caller's values. */
function filledIn(served: Served, path: readonly string[]): string {
  return served.segments
    .map((segment, i) => (isParameter(segment) ? (path[i] ?? segment) : segment))
    .join('/');
}

export const unknownRoutes = plugin(
  async (app) => {
    const routes = new Map<string, Served>();

    app.addHook('onRoute', ({ url, method }) => {
      if (url.includes('*')) return;
      const served = routes.get(url) ?? { segments: url.split('/'), methods: new Set() };
      for (const name of [method].flat()) served.methods.add(name);
      routes.set(url, served);
    });

    const explain = (request: FastifyRequest): { problem: Problem; allow: string | null } => {
      const [url = ''] = request.url.split('?');
      const path = url.split('/');
      const all = [...routes.values()];
      const here = all.filter((served) => matches(served, path));
      if (here.length > 0) {
        const allow = [...new Set(here.flatMap((served) => [...served.methods]))].sort().join(', ');
        const message = `${request.method} is not supported at ${url}; supported: ${allow}`;
        const problem = problemOf('method_not_allowed', [
          { param: 'method', code: 'method_not_allowed', message },
        ]);
        return { problem, allow };
      }
      const near = nearest(
        url,
        all.map((served) => filledIn(served, path)),
      );
      const hint = near === null ? 'see /docs' : `did you mean "${near}"?`;
      return { problem: new Problem('not_found', `nothing is served at ${url}; ${hint}`), allow: null };
    };

    app.setNotFoundHandler((request, reply) => {
      const { problem, allow } = explain(request);
      if (allow !== null) reply.header('allow', allow);
      throw problem;
    });
  },
  { name: 'unknown-routes', fastify: '5.x' },
);
