// What goes through the queue: the id of a job that is worth a look. The row says everything else.

import { z } from 'zod';

export const JOB_QUEUE = 'epochd-jobs';

export const JobNotification = z.strictObject({ job_id: z.string() });
export type JobNotification = z.infer<typeof JobNotification>;
