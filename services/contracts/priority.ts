// Which of the waiting jobs is first: those of a higher priority, whoever has them; then tenants take turns.

import { z } from 'zod';

export const PRIORITY_RANGE = { lowest: -10, highest: 10 } as const;

export const Priority = z.int().min(PRIORITY_RANGE.lowest).max(PRIORITY_RANGE.highest);
