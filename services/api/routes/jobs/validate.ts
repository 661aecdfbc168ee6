// POST /jobs/validate: what a job would be, or everything that is wrong with it; nothing is stored.

import { join } from 'node:path';
import type { FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { JobReport } from '#contracts/jobs/job-report.ts';
import { preprocessOf } from '#contracts/training/training.ts';
import { splitSizes } from '#training/job/plan.ts';
import type { Route } from '../../context.ts';
import { checkJob } from '../../jobs/check-job.ts';
import { withinLimits } from '../../keys/check-limits.ts';
import { DescribedJob } from '../../openapi/components.ts';
import { requestFolders, takeLargeJson } from '../../uploads/large-json.ts';
import { bodyUnchecked } from '../../validation.ts';

const route: Route = (app, context) => {
  void app.register(async (scope) => {
    const folderOf = requestFolders(scope, context.scratch);
    takeLargeJson(scope, folderOf, context.tuning.jsonBodyBytes);
    scope.withTypeProvider<ZodTypeProvider>().post(
      '/jobs/validate',
      {
        validatorCompiler: bodyUnchecked,
        schema: {
          operationId: 'validateJob',
          tags: ['jobs'],
          summary: 'Dry run of a job',
          description:
            'The job as it would be stored, how its samples are split, its number of steps, and `warnings` about valid but probably unintended settings. Stores nothing.',
          body: DescribedJob,
          response: { 200: JobReport },
        },
      },
      async (request) => {
        const out = async () => join(await folderOf(request as FastifyRequest), 'table');
        const store = context.storeOf(request);
        const job = withinLimits(await checkJob(context, store, request.body, out), request.caller);
        const { model, training, preprocess, seed, device } = job.spec;
        return {
          object: 'job.report' as const,
          ...{ model, training, preprocess: preprocessOf(preprocess), seed, device },
          parameters: job.parameters,
          flops: job.flops,
          total_steps: job.totalSteps,
          samples: splitSizes(job.info, training),
          warnings: [...job.warnings],
          interpreted: [...job.interpreted],
        };
      },
    );
  });
};
export default route;
