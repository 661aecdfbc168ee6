// The fusion plan: which tensors are stored, and which are computed inside other kernels. It is pure data, so nothing is lowered or run
// here.

import { describe, expect, it } from 'vitest';
import { gradients } from '#engine/autograd.ts';
import * as F from '#engine/functions.ts';
import { describePlan } from '#engine/lower/describe.ts';
import { fusionPlans } from '#engine/lower/lower.ts';
import { type EntryBuilder, ProgramBuilder } from '#engine/program.ts';

/** States a [4, 6], b [6, 5], c [5]. Each output of the entry gets its own buffer. */
function planned(build: (entry: EntryBuilder) => void): string[] {
  const builder = new ProgramBuilder().state('a', [4, 6]).state('b', [6, 5]).state('c', [5]);
  builder.entry('e', 1, build);
  return describePlan(fusionPlans(builder.build()).get('e')!);
}

describe('the fusion plan', () => {
  it('fuses what follows a contraction into its epilogue', () => {
    const plan = planned((entry) => {
      const y = F.add(F.matmul(entry.state('a'), entry.state('b')), entry.state('c'));
      entry.output('y', F.relu(y));
    });
    expect(plan).toEqual(['relu [4, 5] = relu·add·matmul of a, b, c']);
  });

  it('stores a contraction with its axes permuted, unless that would stop vectors from running along the last axis', () => {
    const through = (order: readonly number[]) =>
      planned((entry) => {
        const a = F.reshape(entry.state('a'), [2, 2, 6]);
        const b = F.broadcastTo(entry.state('b'), [2, 6, 5]);
        const heads = F.permute(F.matmul(a, b), order);
        entry.output('y', F.relu(F.reshape(heads, [20])));
      });
    expect(through([1, 0, 2])).toEqual(['permute [2, 2, 5] = matmul of a, b', 'relu [20] = relu of permute']);
    expect(through([2, 0, 1])).toEqual([
      'matmul [2, 2, 5] = matmul of a, b',
      'permute [5, 2, 2] = copy of matmul',
      'relu [20] = relu of permute',
    ]);
  });

  it('materializes a contraction that has two consumers', () => {
    const plan = planned((entry) => {
      const y = F.matmul(entry.state('a'), entry.state('b'));
      entry.output('relu', F.relu(y));
      entry.output('sum', F.sum(y, [0]));
    });
    expect(plan).toEqual([
      'matmul [4, 5] = matmul of a, b',
      'relu [4, 5] = relu of matmul',
      'sum [1, 5] = sum of matmul',
    ]);
  });

  it('materializes the operand of a contraction, which reads it many times', () => {
    const plan = planned((entry) => {
      entry.output('y', F.matmul(F.exp(entry.state('a')), entry.state('b')));
    });
    expect(plan).toEqual(['exp [4, 6] = exp of a', 'matmul [4, 5] = matmul of exp, b']);
  });

  it('materializes elements in order only for a reshape that no index expression covers', () => {
    const through = (shape: readonly number[]) =>
      planned((entry) => entry.output('y', F.exp(F.reshape(F.neg(entry.state('a')), shape))));
    expect(through([4, 1, 6])).toEqual(['exp [4, 1, 6] = exp·neg of a']);
    expect(through([8, 3])).toEqual(['neg [4, 6] = neg of a', 'exp [8, 3] = exp of neg']);
  });

  it('fuses a value into the assignment that uses it, but materializes it first if anything else reads it', () => {
    const build = (isRead: boolean) => (entry: EntryBuilder) => {
      const update = F.exp(F.mul(entry.state('a'), entry.state('a')));
      entry.assign('a', F.mul(update, update));
      if (isRead) entry.output('sum', F.sum(update));
    };
    expect(planned(build(false))).toEqual(['a = mul·exp·mul of a']);
    expect(planned(build(true))).toEqual([
      'exp [4, 6] = exp·mul of a',
      expect.stringMatching(/sum of exp$/),
      'a = mul of exp',
    ]);
  });

  it('writes the parts of a concatenation directly to their final positions', () => {
    const plan = planned((entry) => {
      entry.output('y', F.concat([F.exp(entry.state('a')), F.neg(entry.state('a'))], 1));
    });
    expect(plan).toEqual(['exp [4, 6] = exp of a', 'neg [4, 6] = neg of a']);
  });

  it('stores only contractions, sums, and the one tensor with two readers for a layer and its gradients', () => {
    const plan = planned((entry) => {
      const [a, b, c] = ['a', 'b', 'c'].map((name) => entry.state(name)) as [never, never, never];
      const loss = F.mean(F.tanh(F.add(F.matmul(a, b), c)));
      const [gb, gc] = gradients(loss, [b, c]);
      entry.assign('b', gb!);
      entry.assign('c', gc!);
    });
    expect(plan).toEqual([
      'tanh [4, 5] = tanh·add·matmul of a, b, c',
      'mul [4, 5] = mul·mul·sub·mul of constant, tanh',
      'sum [1, 5] = sum of mul',
      'matmul [6, 5] = matmul of a, mul',
      'b = copy of matmul',
      'c = copy of sum',
    ]);
  });
});
