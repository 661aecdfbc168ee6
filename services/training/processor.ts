// The name of the processor, as the operating system reports it.

import { availableParallelism, cpus } from 'node:os';

export function processor(): { model: string; cores: number } {
  return { model: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism() };
}
