// No op accepts mixed dtypes: the bits of one would be read as the other.

import { expect, test } from 'vitest';
import { DTypeError } from '#engine/errors.ts';
import { add, concat, gather, matmul, toF32, where } from '#engine/functions.ts';
import { type EntryBuilder, ProgramBuilder } from '#engine/program.ts';
import type { Tensor } from '#engine/tensor.ts';

function built(build: (floats: Tensor, whole: Tensor) => Tensor): void {
  const program = new ProgramBuilder().state('floats', [4, 4]).state('whole', [4, 4], 'i32');
  program.entry('go', 1, (entry: EntryBuilder) => {
    entry.output('y', build(entry.state('floats'), entry.state('whole')));
  });
}

test.each<[string, (floats: Tensor, whole: Tensor) => Tensor, RegExp]>([
  ['a sum', (f, i) => add(f, i), /^add: takes numbers of one dtype, got f32 and i32$/],
  ['a choice', (f, i) => where(f, f, i), /^where: takes numbers of one dtype/],
  ['tensors side by side', (f, i) => concat([f, i], 0), /^concat: takes numbers of one dtype/],
  ['a product', (f, i) => matmul(f, i), /^matmul: takes f32, got f32 and i32$/],
  ['rows by number', (f) => gather(f, f), /^gather: takes row numbers, i32, as its second, got f32 and f32$/],
])('rejects mismatched dtypes in %s', (_, build, message) => {
  expect(() => built(build)).toThrow(DTypeError);
  expect(() => built(build)).toThrow(message);
});

test('allows a condition of another dtype, and mixing after an explicit conversion', () => {
  built((f, i) => where(i, f, f));
  built((f, i) => add(f, toF32(i)));
});
