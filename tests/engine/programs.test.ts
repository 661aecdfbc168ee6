// Whole training programs, compared with the reference, and with themselves split into runs of other lengths.

import { describe, expect, it } from 'vitest';
import { reference } from '#engine/backends/reference/reference.ts';
import { add, concat, constant, matmul, scale, sum, transpose } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { backends } from './backends.ts';
import { classifier, epochs, fill } from './networks.ts';

const none = new Float32Array(0);

describe.each(backends.map((backend) => [backend.name, backend] as const))(
  'a program on %s',
  (_, backend) => {
    it('trains like the reference, including dropout and the short last batch', async () => {
      const runs = [backend, reference].map(async (each) => {
        const exe = await each.compile(classifier());
        fill(exe);
        return { losses: await epochs(exe, 4, 3), theta: await exe.read('theta') };
      });
      const [tried, oracle] = await Promise.all(runs);
      for (const [i, loss] of oracle!.losses.entries()) expect(tried!.losses[i]).toBeCloseTo(loss, 4);
      for (const [i, value] of oracle!.theta.entries()) expect(tried!.theta[i]).toBeCloseTo(value, 3);
    });

    it('gives the same bits however many steps a call takes', async () => {
      const runs = [1, 5].map(async (chunk) => {
        const exe = await backend.compile(classifier());
        fill(exe);
        return {
          losses: await epochs(exe, 3, chunk),
          theta: await exe.read('theta'),
          m: await exe.read('m'),
          v: await exe.read('v'),
        };
      });
      const [one, many] = await Promise.all(runs);
      expect(many).toEqual(one);
    });

    it('resumes from saved states exactly as if it had not stopped', async () => {
      const unbroken = await backend.compile(classifier());
      fill(unbroken);
      const counter = (await epochs(unbroken, 2, 5)).length;
      const resumed = await backend.compile(classifier());
      fill(resumed);
      for (const state of ['theta', 'm', 'v']) resumed.write(state, await unbroken.read(state));
      const options = { steps: 2, cursor: 0, counter, scalars: Float32Array.of(0.01, 0.02) };
      for (const exe of [unbroken, resumed])
        exe.writeOrder(Int32Array.from({ length: 43 }, (_v, i) => 42 - i));
      expect(await resumed.run('train', options)).toEqual(await unbroken.run('train', options));
      expect(await resumed.read('theta')).toEqual(await unbroken.read('theta'));
    });

    it('lets every assignment see the values from before the step', async () => {
      const program = new ProgramBuilder().state('a', [3]).state('b', [3]).state('total', []);
      program.entry('swap', 1, (entry) => {
        const [a, b] = [entry.state('a'), entry.state('b')];
        entry.assign('a', b);
        entry.assign('b', a);
        entry.assign('total', sum(add(a, scale(b, 10))));
      });
      const exe = await backend.compile(program.build());
      exe.write('a', Float32Array.of(1, 2, 3));
      exe.write('b', Float32Array.of(4, 5, 6));
      await exe.run('swap', { steps: 1, cursor: 0, counter: 0, scalars: none });
      expect([await exe.read('a'), await exe.read('b'), await exe.read('total')]).toEqual([
        Float32Array.of(4, 5, 6),
        Float32Array.of(1, 2, 3),
        Float32Array.of(156),
      ]);
      await exe.run('swap', { steps: 2, cursor: 0, counter: 0, scalars: none });
      expect(await exe.read('a')).toEqual(Float32Array.of(4, 5, 6));
    });

    it('gives each step its own rows and scalars, and returns one record per step', async () => {
      const program = new ProgramBuilder().dataset('x', [6, 1]).scalars(['p', 'q']);
      program.entry('look', 2, (entry) => {
        entry.record('rows', sum(entry.batch('x')));
        entry.record('scalars', add(scale(entry.scalar('p'), 100), entry.scalar('q')));
      });
      const exe = await backend.compile(program.build());
      exe.write('x', Float32Array.of(1, 2, 4, 8, 16, 32));
      exe.writeOrder(Int32Array.of(5, 0, 1, 4, 3, 2));
      const records = await exe.run('look', {
        steps: 3,
        cursor: 0,
        counter: 0,
        scalars: Float32Array.of(1, 2, 3, 4, 5, 6),
      });
      expect([...records]).toEqual([33, 102, 18, 304, 12, 506]);
      const later = await exe.run('look', {
        steps: 1,
        cursor: 4,
        counter: 0,
        scalars: Float32Array.of(0, 7),
      });
      expect([...later]).toEqual([12, 7]);
    });

    it('returns vectors and matrices in records alongside scalars', async () => {
      const program = new ProgramBuilder().dataset('x', [6, 3]);
      program.entry('look', 2, (entry) => {
        const x = entry.batch('x');
        entry.record('columns', sum(x, [0]));
        entry.record('all', sum(x));
        entry.record('twice', concat([sum(x, [1]), sum(x, [1])], 0));
        entry.record('gram', matmul(transpose(x), x));
      });
      const exe = await backend.compile(program.build());
      exe.write(
        'x',
        Float32Array.from({ length: 18 }, (_, i) => i),
      );
      const records = await exe.run('look', { steps: 2, cursor: 0, counter: 0, scalars: none });
      const gram = (a: number[], b: number[]) =>
        a.flatMap((_, i) => a.map((_, j) => a[i]! * a[j]! + b[i]! * b[j]!));
      const first = [3, 5, 7, 15, 3, 12, 3, 12, ...gram([0, 1, 2], [3, 4, 5])];
      const second = [15, 17, 19, 51, 21, 30, 21, 30, ...gram([6, 7, 8], [9, 10, 11])];
      expect([...records]).toEqual([...first, ...second]);
    });

    it('rejects rows, steps and sizes that would reach outside its memory', async () => {
      const program = new ProgramBuilder({ maxSteps: 2 }).state('s', [3]).dataset('x', [4, 1]);
      program.entry('look', 2, (entry) =>
        entry.record('n', add(sum(entry.batch('x')), constant(entry.graph, 0))),
      );
      const exe = await backend.compile(program.build());
      expect(() => exe.writeOrder(Int32Array.of(0, 4))).toThrow('no row 4 in 4 rows');
      expect(() => exe.writeOrder(Int32Array.of(-1))).toThrow('no row -1');
      await expect(exe.run('look', { steps: 3, cursor: 0, counter: 0, scalars: none })).rejects.toThrow(
        '1 to 2 steps',
      );
      await expect(exe.run('look', { steps: 2, cursor: 2, counter: 0, scalars: none })).rejects.toThrow(
        'past the end',
      );
      expect(() => exe.write('s', Float32Array.of(1))).toThrow('"s" does not take 1 values');
      await expect(exe.run('other', { steps: 1, cursor: 0, counter: 0, scalars: none })).rejects.toThrow(
        'no entry "other"',
      );
    });
  },
);
