// The windows of a language model: `context` tokens, starting every `stride` tokens, with the tokens one position later as targets. If the
// stride equals the context, every token except the first is a target once. The last window may be shorter than the context: it is padded
// with token 0, and with a target that the loss ignores.
import { shareOf } from '../job/held-out.ts';

export interface Windows {
  readonly context: number;
  /** At most the context. */
  readonly stride: number;
}

/** Number of windows in so many tokens. */
export function windowCount(tokens: number, { context, stride }: Windows): number {
  if (tokens < 2) return 0;
  return 1 + Math.ceil(Math.max(0, tokens - 1 - context) / stride);
}

/** Writes the windows of the tokens to `inputs` and `targets`, starting at row `row`. @returns the row after the last one */
export function cutWindows(
  tokens: Int32Array,
  { context, stride }: Windows,
  inputs: Int32Array | Uint8Array,
  targets: Int32Array,
  row: number,
): number {
  const count = windowCount(tokens.length, { context, stride });
  for (let i = 0; i < count; i++) {
    const from = i * stride;
    const length = Math.min(context, tokens.length - 1 - from);
    const at = (row + i) * context;
    inputs.set(tokens.subarray(from, from + length), at);
    targets.set(tokens.subarray(from + 1, from + 1 + length), at);
  }
  return row + count;
}

export interface Parts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** Sizes of the parts of a text of `units` characters or bytes: validation and then the test are held out at the end. */
export function cutText(units: number, shares: { validation: number; test: number }): Parts {
  const [validation, test] = [shareOf(units, shares.validation), shareOf(units, shares.test)];
  return { train: units - validation - test, validation, test };
}
