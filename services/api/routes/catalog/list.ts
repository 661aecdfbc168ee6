// GET /catalog/{kind}: what there is to build from, each with the schema of its arguments.

import { z } from 'zod';
import { CatalogEntry, CatalogKind } from '#contracts/catalog.ts';
import { Problem } from '#contracts/errors.ts';
import { listOf } from '#contracts/list.ts';
import { didYouMean } from '#contracts/nearest.ts';
import { catalogOf } from '#training/job/catalog.ts';
import type { Route } from '../../context.ts';
import { validatorCompiler } from '../../validation.ts';

function kindOf(given: string): CatalogKind {
  const kind = CatalogKind.safeParse(given);
  if (kind.success) return kind.data;
  const message = `there is no catalogue of ${JSON.stringify(given)}; ${didYouMean(given, CatalogKind.options)}`;
  throw new Problem('not_found', message, [{ param: 'kind', code: 'not_found', message }]);
}

const route: Route = (app) => {
  app.get(
    '/catalog/:kind',
    {
      // An unknown kind is a 404, not a malformed request.
      validatorCompiler: (part) =>
        part.httpPart === 'params' ? (value) => ({ value }) : validatorCompiler(part),
      schema: {
        operationId: 'listCatalog',
        tags: ['models'],
        summary: 'Available layers, losses, optimizers, schedulers and metrics',
        description:
          'Every layer, loss, optimizer, scheduler or metric: its name, a line of help, and its arguments as JSON Schema with their defaults.',
        params: z.strictObject({ kind: CatalogKind }),
        response: { 200: listOf(CatalogEntry) },
      },
    },
    async (request) => ({
      object: 'list' as const,
      data: catalogOf(kindOf(request.params.kind)),
      has_more: false,
    }),
  );
};
export default route;
