// What lowering fuses and what it stores. Lowering returns pure data, so nothing is run here.

import { describe, expect, it } from 'vitest';
import * as F from '#engine/functions.ts';
import { type LoweredProgram, traffic } from '#engine/lower/kernel.ts';
import { lower } from '#engine/lower/lower.ts';
import { lifetimes, planMemory } from '#engine/lower/memory-plan.ts';
import { type EntryBuilder, ProgramBuilder } from '#engine/program.ts';
import { classifier } from '../networks.ts';

function lowered(build: (entry: EntryBuilder) => void): LoweredProgram {
  const program = new ProgramBuilder().state('a', [4, 6]).state('b', [6, 5]).state('c', [5]);
  program.entry('e', 1, build);
  return lower(program.build());
}

function forms(program: LoweredProgram): string[] {
  return program.entries[0]!.kernels.map((kernel) => kernel.form);
}

describe('lowering', () => {
  it('describes as data what moves between the tables of a run and the buffers of a step', () => {
    const program = new ProgramBuilder().dataset('x', [8, 3]).scalars(['lr', 'momentum']);
    program.entry('step', 4, (entry) => entry.record('total', F.sum(entry.batch('x'))));
    program.entry('still', 1, (entry) => entry.output('y', F.constant(entry.graph, 1, [2])));
    const { entries, buffers } = lower(program.build());
    const [step, still] = entries.map(({ prologue, epilogue }) =>
      [prologue, epilogue].map((transfers) =>
        transfers.map(({ table, buffer, count }) => [table, buffers[buffer]!.kind, count]),
      ),
    );
    expect(step).toEqual([
      [
        ['order', 'rows', 4],
        ['scalars', 'scalars', 2],
      ],
      [['records', 'records', 1]],
    ]);
    expect(still).toEqual([[['scalars', 'scalars', 2]], []]);
  });

  it('computes bias and activation in the epilogue of a contraction', () => {
    const program = lowered((entry) => {
      const y = F.add(F.matmul(entry.state('a'), entry.state('b')), entry.state('c'));
      entry.output('y', F.relu(y));
    });
    expect(forms(program)).toEqual(['contract']);
  });

  it('fuses an elementwise chain with broadcasts and permutations into one kernel', () => {
    const program = lowered((entry) => {
      const scaled = F.mul(F.permute(entry.state('b'), [1, 0]), F.reshape(entry.state('c'), [5, 1]));
      entry.output('y', F.exp(F.neg(F.shift(scaled, 1))));
    });
    expect(forms(program)).toEqual(['map']);
  });

  it('scales a mean in the epilogue of its sum, even though the axes are gone', () => {
    const program = lowered((entry) =>
      entry.record('mean', F.mean(F.mul(entry.state('a'), entry.state('a')))),
    );
    expect(forms(program)).toEqual(['reduce']);
    expect(program.entries[0]!.kernels[0]).toMatchObject({ sizes: [], reduced: [24] });
  });

  it('stores an expensive value that has two consumers, and recomputes a cheap one', () => {
    const dear = lowered((entry) => {
      const e = F.exp(entry.state('a'));
      entry.record('sum', F.sum(e));
      entry.record('max', F.max(e));
    });
    expect(forms(dear)).toEqual(['map', 'reduce', 'reduce']);
    const cheap = lowered((entry) => {
      const e = F.neg(entry.state('a'));
      entry.record('sum', F.sum(e));
      entry.record('max', F.max(e));
    });
    expect(forms(cheap)).toEqual(['reduce', 'reduce']);
  });

  it('updates parameters and both moments of Adam in one kernel', () => {
    const { entries, buffers } = lower(classifier());
    const last = entries[0]!.kernels.at(-1)!;
    expect(last.form).toBe('map');
    const stores = last.form === 'map' ? last.stores : [];
    expect(stores.map((store) => buffers[store.buffer]!.name)).toEqual(['theta', 'm', 'v']);
  });

  it('moves 28 bytes per parameter in a step of Adam: four vectors read, three written, no temporaries', () => {
    const { entries, buffers } = lower(classifier());
    const { kernels } = entries[0]!;
    const parameters = buffers.find(({ name }) => name === 'theta')!.size;
    const moments = new Set(buffers.flatMap(({ name }, id) => (name === 'm' || name === 'v' ? [id] : [])));
    const touching = kernels.filter((kernel) => {
      const { reads, writes } = traffic(kernel);
      return [...reads, ...writes].some((id) => moments.has(id));
    });
    expect(touching).toHaveLength(1);
    const { reads, writes } = traffic(touching[0]!);
    const long = (ids: Set<number>) => [...ids].filter((id) => buffers[id]!.size === parameters).length;
    expect(4 * (long(reads) + long(writes))).toBe(28);
  });
});

describe('the memory plan', () => {
  it('never overlaps buffers whose lifetimes overlap', () => {
    const program = lower(classifier());
    const plan = planMemory(program, 100);
    for (const entry of program.entries) {
      const lives = lifetimes(entry, program.buffers);
      const placed = program.buffers.flatMap(({ kind, size, within }, id) => {
        if (within !== null || plan.addresses[id] === -1) return [];
        const life = kind === 'scratch' ? lives.get(id) : ([0, Number.POSITIVE_INFINITY] as const);
        return life === undefined
          ? []
          : [{ id, from: plan.addresses[id]!, to: plan.addresses[id]! + size * 4, life }];
      });
      for (const [i, a] of placed.entries()) {
        expect(a.from).toBeGreaterThanOrEqual(100);
        expect(a.to).toBeLessThan(plan.bytes);
        for (const b of placed.slice(i + 1)) {
          const together = a.life[0] <= b.life[1] && b.life[0] <= a.life[1];
          if (together) expect(a.to <= b.from || b.to <= a.from, `${a.id} and ${b.id}`).toBe(true);
        }
      }
    }
  });

  it('needs less memory than all scratch buffers together', () => {
    const program = lower(classifier());
    const all = program.buffers.reduce((sum, buffer) => sum + Math.ceil((buffer.size * 4) / 64) * 64, 0);
    expect(planMemory(program, 0).bytes).toBeLessThan(all);
  });
});
