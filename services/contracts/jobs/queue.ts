// A message of the queue: only a job id. Everything else is in the row.

import { z } from 'zod';

export const JOB_QUEUE = 'epochd-jobs';

export const JobNotification = z.strictObject({ job_id: z.string() });
export type JobNotification = z.infer<typeof JobNotification>;
