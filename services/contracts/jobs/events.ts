// The events of a job: one envelope for WebSocket frames, Server-Sent Events and stored rows, and one member per type. `seq` numbers a
// job's events from 1 without gaps.

import { z } from 'zod';
import { DeviceData } from '../device.ts';
import { ConfusionMatrix, Metrics, NonFiniteMetrics } from '../numbers.ts';
import { JobStatus, StopReason } from './job.ts';

export const StatusData = z.object({
  status: JobStatus,
  stop_reason: StopReason.nullable(),
  message: z.string().nullable(),
});

export const MetricsData = z.object({
  epoch: z.number().int(),
  from_epoch: z
    .number()
    .int()
    .optional()
    .describe(
      'If there are more than 20 epochs per second: the first epoch that this event covers. The values of every epoch are at /jobs/{id}/metrics',
    ),
  epochs: z.number().int(),
  step: z.number().int().describe('Optimizer steps done since the start of the job'),
  metrics: Metrics,
  nonfinite: NonFiniteMetrics,
  confusion_matrix: z
    .object({ train: ConfusionMatrix, val: ConfusionMatrix.optional() })
    .optional()
    .describe('If the job requests this metric: [actual class][predicted class], in samples'),
  learning_rate: z.number().describe("Of the epoch's last step"),
  samples_per_sec: z.number(),
  seconds: z.number().optional().describe('Of training since the start of the job'),
  eta_seconds: z.number(),
});

export const CheckpointData = z.object({
  id: z.string().optional(),
  epoch: z.number().int().describe('Finished epochs'),
  step: z.number().int(),
  bytes: z.number().int(),
});

export const TestData = z.object({
  epoch: z.number().int().describe('The epoch whose weights were kept and measured'),
  samples: z.number().int(),
  metrics: Metrics.describe('test_loss, test_accuracy, …'),
  nonfinite: NonFiniteMetrics,
  confusion_matrix: ConfusionMatrix.optional(),
});

export const LogData = z.object({
  level: z.enum(['info', 'warn', 'warning', 'error']),
  message: z.string(),
  code: z.string().optional().describe('For a warning: as in the warnings of the job'),
  param: z.string().optional(),
});

export const DoneData = z.object({ status: JobStatus, stop_reason: StopReason.nullable() });

export const EventBody = z.discriminatedUnion('type', [
  z.object({ type: z.literal('status'), data: StatusData }),
  z.object({ type: z.literal('metrics'), data: MetricsData }),
  z.object({ type: z.literal('checkpoint'), data: CheckpointData }),
  z.object({ type: z.literal('device'), data: DeviceData }),
  z.object({ type: z.literal('test'), data: TestData }),
  z.object({ type: z.literal('log'), data: LogData }),
  z.object({ type: z.literal('done'), data: DoneData }),
]);
export type EventBody = z.infer<typeof EventBody>;
export type MetricsData = z.infer<typeof MetricsData>;

const envelope = {
  id: z.string(),
  object: z.literal('job.event'),
  job_id: z.string(),
  seq: z.number().int().positive(),
  ts: z.number().int().describe('Milliseconds since 1970, by the database clock'),
  attempt: z.number().int(),
  skipped: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Number of earlier events already deleted (EVENT_RETENTION_DAYS); absent if none'),
};

export const JobEvent = z.discriminatedUnion('type', [
  z.object({ ...envelope, type: z.literal('status'), data: StatusData }),
  z.object({ ...envelope, type: z.literal('metrics'), data: MetricsData }),
  z.object({ ...envelope, type: z.literal('checkpoint'), data: CheckpointData }),
  z.object({ ...envelope, type: z.literal('device'), data: DeviceData }),
  z.object({ ...envelope, type: z.literal('test'), data: TestData }),
  z.object({ ...envelope, type: z.literal('log'), data: LogData }),
  z.object({ ...envelope, type: z.literal('done'), data: DoneData }),
]);
export type JobEvent = z.infer<typeof JobEvent>;

/** Sent every 15 s on a quiet stream. It is not an event and has no seq of its own. */
export const Heartbeat = z.object({
  object: z.literal('heartbeat'),
  job_id: z.string(),
  last_seq: z.number().int(),
});
export type Heartbeat = z.infer<typeof Heartbeat>;
