// POST /models/validate: what a model would be, layer by layer, or everything that is wrong with it.

import { problemOf } from '#contracts/errors.ts';
import { ModelReport } from '#contracts/training/model.ts';
import { validateModelAndWeights } from '#training/job/validate-model.ts';
import type { Route } from '../../context.ts';
import { weightsFinder } from '../../jobs/starting-weights.ts';
import { DescribedModel } from '../../openapi/components.ts';
import { bodyUnchecked } from '../../validation.ts';

const route: Route = (app, { storeOf }) => {
  app.post(
    '/models/validate',
    {
      validatorCompiler: bodyUnchecked,
      schema: {
        operationId: 'validateModel',
        tags: ['models'],
        summary: 'Dry run of a model',
        description:
          'Shapes, parameters and FLOPs of every layer, and the summary that torch would print. Stores nothing.',
        body: DescribedModel,
        response: { 200: ModelReport },
      },
    },
    async (request) => {
      const { details, report } = await validateModelAndWeights(
        request.body,
        weightsFinder(storeOf(request)),
      );
      if (report === null) throw problemOf('invalid_model', details);
      return report;
    },
  );
};
export default route;
