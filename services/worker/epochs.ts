// From a trainer's epochs to what the store keeps: the values of every epoch in packed blocks, plus an event per epoch as long as epochs
// are few. Of a tiny network's thousands of epochs a second only some become events, so that a job's log grows with time, not with the
// number of epochs.

import type { EventBody } from '#contracts/jobs/events.ts';
import { splitNonFinite } from '#contracts/numbers.ts';
import { BLOCK_EPOCHS, type HistoryBlock } from '#store/events/history-record.ts';
import type { EpochReport } from '#training/run/fit.ts';

/** A report's values by name, in column order. */
function columnsOf(report: EpochReport): Record<string, number> {
  const { values, learning_rate, samples_per_sec, seconds } = report;
  return { ...values, learning_rate, samples_per_sec, seconds };
}

/** The block being filled. */
export interface OpenBlock {
  readonly firstEpoch: number;
  readonly names: readonly string[];
  readonly values: readonly number[];
}

/** All blocks that the reports touch, and the block that the next reports continue. Pure. */
export function extend(
  open: OpenBlock | null,
  reports: readonly EpochReport[],
): { blocks: HistoryBlock[]; open: OpenBlock | null } {
  const blocks: HistoryBlock[] = [];
  let current = open === null ? null : { ...open, values: [...open.values] };
  let changed = false;
  const emit = () => {
    if (changed) blocks.push({ ...current!, values: Float64Array.from(current!.values) });
    changed = false;
  };
  for (const report of reports) {
    const columns = columnsOf(report);
    const names = Object.keys(columns);
    const full = current !== null && current.values.length === BLOCK_EPOCHS * current.names.length;
    if (current === null || full || current.names.join() !== names.join()) {
      emit();
      current = { firstEpoch: report.epoch, names, values: [] };
    }
    current.values.push(...Object.values(columns));
    changed = true;
  }
  emit();
  return { blocks, open: current };
}

/** Token bucket: the most events written at once, and how many each second adds. */
const BURST = 100;
const PER_SECOND = 20;

/** Limits how many epochs of a write become events. Every write gets at least one. */
export class EventBudget {
  #left = BURST;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** How many of `wanted` events a write at `now` (ms) may contain; spends them. */
  take(wanted: number, now: number): number {
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) / 1000) * PER_SECOND);
    this.#at = now;
    const taken = Math.min(wanted, Math.max(1, Math.floor(this.#left)));
    this.#left = Math.max(0, this.#left - taken);
    return taken;
  }
}

/** `count` events for the reports, evenly spread. The last report always gets one; so does a job's first epoch if `count` allows. */
export function eventsOf(reports: readonly EpochReport[], count: number): EventBody[] {
  const [first, ...others] = reports;
  const apart = first?.epoch === 1 && count > 1 && count < reports.length;
  return apart ? [...spread([first], 1), ...spread(others, count - 1)] : spread(reports, count);
}

function spread(reports: readonly EpochReport[], count: number): EventBody[] {
  const events: EventBody[] = [];
  let from = 0;
  for (let i = 1; i <= count; i++) {
    const to = Math.ceil((i * reports.length) / count);
    const first = reports[from]!;
    const { values, best: _, ...rest } = reports[to - 1]!;
    const gathered = first.epoch < rest.epoch ? { from_epoch: first.epoch } : {};
    events.push({ type: 'metrics', data: { ...rest, ...gathered, ...splitNonFinite(values) } });
    from = to;
  }
  return events;
}
