// What rings through the queue: the id of a job that is worth a look. The row says everything else.

import { z } from 'zod';

export const JOB_QUEUE = 'epochd-jobs';

export const JobBell = z.strictObject({ job_id: z.string() });
export type JobBell = z.infer<typeof JobBell>;
