// The priority of a job: higher ones run first; at the same priority, tenants take turns.

import { z } from 'zod';

export const PRIORITY_RANGE = { lowest: -10, highest: 10 } as const;

export const Priority = z.int().min(PRIORITY_RANGE.lowest).max(PRIORITY_RANGE.highest);
