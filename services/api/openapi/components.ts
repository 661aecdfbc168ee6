// The named schemas of the OpenAPI document, so that `Job` is described once and not forty times. Requests that contain a model are
// described here with every layer, loss and optimizer in the registries.

import { z } from 'zod';
import { CatalogEntry } from '#contracts/catalog.ts';
import {
  CreatedDataset,
  Dataset,
  InlineDataset,
  NestedNumbers,
  Preview,
  UploadFields,
} from '#contracts/datasets/dataset.ts';
import { DatasetStats } from '#contracts/datasets/dataset-stats.ts';
import { Inspection } from '#contracts/datasets/inspection.ts';
import { FileUpload, UploadDataset } from '#contracts/datasets/upload.ts';
import { UrlDataset } from '#contracts/datasets/url-dataset.ts';
import { Device, WorkerEntry } from '#contracts/device.ts';
import { ErrorBody } from '#contracts/errors.ts';
import { Interpretation } from '#contracts/interpreted.ts';
import { Checkpoint, KeptWeights } from '#contracts/jobs/checkpoint.ts';
import {
  CreatedCrossValidation,
  CrossValidation,
  CrossValidationRequest,
} from '#contracts/jobs/cross-validation.ts';
import { EvaluateRequest, Evaluation } from '#contracts/jobs/evaluation.ts';
import { Heartbeat, JobEvent } from '#contracts/jobs/events.ts';
import { GeneratedToken, GenerateRequest, Generation } from '#contracts/jobs/generate.ts';
import { JobStatus, StopReason } from '#contracts/jobs/job.ts';
import {
  CreatedJob,
  Job,
  JobModel,
  JobRequest,
  PredictReply,
  PredictRequest,
} from '#contracts/jobs/job-api.ts';
import { JobReport } from '#contracts/jobs/job-report.ts';
import { MetricHistory } from '#contracts/jobs/metric-history.ts';
import { Progress, ProgressFrame } from '#contracts/jobs/progress.ts';
import { ApiKey, CreatedApiKey } from '#contracts/keys/keys.ts';
import { LIMITS } from '#contracts/limits.ts';
import { Name } from '#contracts/text.ts';
import { HeldOut } from '#contracts/training/held-out.ts';
import { ImagesPreprocess, MOST_AUGMENTATIONS } from '#contracts/training/image-preprocess.ts';
import { ModelReport, ModelRequest, RenderedModel } from '#contracts/training/model.ts';
import {
  CheckpointPolicy,
  EarlyStopping,
  InputPreprocess,
  PreprocessParts,
  RenderedTraining,
  TrainingRequest,
} from '#contracts/training/training.ts';
import { Warning } from '#contracts/warnings.ts';
import { CreatedWebhook, Webhook, WebhookDelivery } from '#contracts/webhooks.ts';
import { Weights } from '#contracts/weights.ts';
import {
  augmentationRequest,
  layerRequest,
  lossRequest,
  optimizerRequest,
  schedulerRequest,
} from './catalog.ts';
import { DATASET_EXAMPLE, JOB_EXAMPLE, MODEL_EXAMPLE, PREDICT_EXAMPLE } from './examples.ts';

/** By schema name. Kept here because zod omits examples from a schema with a transform. */
export const EXAMPLES = new Map<string, unknown[]>();

/** Uses zod's own registry, which has the descriptions: a registry of ours would not see them. */
function named<T extends z.ZodType>(id: string, schema: T, ...examples: unknown[]): T {
  z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), id });
  if (examples.length > 0) EXAMPLES.set(id, examples);
  return schema;
}

named('Error', ErrorBody);
named('CatalogEntry', CatalogEntry);
named('Dataset', Dataset);
named('CreatedDataset', CreatedDataset);
named('DatasetPreview', Preview);
named('DatasetStats', DatasetStats);
named('DatasetInspection', Inspection);
named('InlineDataset', InlineDataset, DATASET_EXAMPLE);
named('UrlDataset', UrlDataset);
named('UploadDataset', UploadDataset);
named('FileUpload', FileUpload);
named('NestedNumbers', NestedNumbers);
named('Checkpoint', Checkpoint);
named('GenerateRequest', GenerateRequest);
named('GeneratedToken', GeneratedToken);
named('Generation', Generation);
named('KeptWeights', KeptWeights);
named('CheckpointPolicy', CheckpointPolicy);
named('JobStatus', JobStatus);
named('StopReason', StopReason);
named('Device', Device);
named('Worker', WorkerEntry);
named('Progress', Progress);
named('Warning', Warning);
named('Interpretation', Interpretation);
named('HeldOut', HeldOut);
named('EarlyStopping', EarlyStopping);
named('JobReport', JobReport);
named('Job', Job);
named('CreatedJob', CreatedJob);
named('CrossValidation', CrossValidation);
named('CreatedCrossValidation', CreatedCrossValidation);
named('Model', RenderedModel);
named('Training', RenderedTraining);
named('ModelReport', ModelReport);
for (const event of JobEvent.options) {
  const { value } = event.shape.type;
  named(`${value[0]!.toUpperCase()}${value.slice(1)}Event`, event);
}
named('JobEvent', JobEvent);
named('Heartbeat', Heartbeat);
named('ProgressFrame', ProgressFrame);
named('MetricHistory', MetricHistory);
named('Weights', Weights);
named('Webhook', Webhook);
named('CreatedWebhook', CreatedWebhook);
named('WebhookDelivery', WebhookDelivery);
named('ApiKey', ApiKey);
named('CreatedApiKey', CreatedApiKey);
named('EvaluateRequest', EvaluateRequest);
named('Evaluation', Evaluation);
named('PredictRequest', PredictRequest, PREDICT_EXAMPLE);
named('PredictReply', PredictReply);

/** A message of a stream: one WebSocket frame, or the data of one Server-Sent Event. */
export const StreamMessage = named('StreamMessage', z.union([JobEvent, Heartbeat, ProgressFrame]));

export const UploadForm = named(
  'DatasetUpload',
  UploadFields.extend({
    file: z
      .file()
      .optional()
      .describe('A table (CSV, JSON, JSONL, Parquet, Arrow IPC), or a .npz with arrays inputs and targets'),
    inputs: z.file().optional().describe('A .npy of [samples, …]'),
    targets: z.file().optional().describe('A .npy of [samples, …]'),
  }),
);

export const WeightsForm = named(
  'WeightsUpload',
  z.strictObject({
    name: Name.optional(),
    file: z.file().describe("A safetensors file with torch's state_dict keys"),
  }),
);

const augmentation = named('Augmentation', augmentationRequest(named));
const layer = named('Layer', layerRequest(named));
const loss = named('Loss', lossRequest(named));
const optimizer = named('Optimizer', optimizerRequest(named));
const scheduler = named('Scheduler', schedulerRequest(named));

const layers = z.array(layer).min(1).max(LIMITS.layers);

export const DescribedModel = named('ModelRequest', ModelRequest.extend({ layers }), MODEL_EXAMPLE);

export const DescribedJob = named(
  'JobRequest',
  JobRequest.extend({
    model: named('JobModel', JobModel.extend({ layers }), MODEL_EXAMPLE),
    preprocess: z
      .union([
        InputPreprocess,
        PreprocessParts.extend({
          images: ImagesPreprocess.extend({
            augment: z
              .array(augmentation)
              .max(MOST_AUGMENTATIONS)
              .default([])
              .describe(ImagesPreprocess.shape.augment.description ?? ''),
          })
            .optional()
            .describe(PreprocessParts.shape.images.description ?? ''),
        }),
      ])
      .optional()
      .describe(JobRequest.shape.preprocess.description ?? ''),
    training: named(
      'TrainingRequest',
      TrainingRequest.extend({
        loss,
        optimizer: optimizer.default('Adam' as never),
        scheduler: scheduler
          .nullable()
          .default(null)
          .describe(TrainingRequest.shape.scheduler.description ?? ''),
      }),
    ),
  }),
  JOB_EXAMPLE,
);

export const DescribedCrossValidation = named(
  'CrossValidationRequest',
  DescribedJob.extend({ folds: CrossValidationRequest.shape.folds }),
  { ...JOB_EXAMPLE, folds: 5 },
);
