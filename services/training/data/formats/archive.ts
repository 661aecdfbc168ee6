// The arrays of a .npz as one table: the training arrays first, then those whose names mark them as held out.

import { problemOf } from '#contracts/errors.ts';
import { sameShape } from '#engine/shape.ts';
import { formatShape } from '../../model/shape.ts';
import { concatenated } from '../rows/join.ts';
import { MARKS } from '../rows/split.ts';
import type { ReadTable } from '../table.ts';
import { type ArraysOf, readArrays } from './arrays.ts';
import { type NpyArray, parseNpy } from './npy.ts';
import { type NpzChoice, type Pair, unpackNpz } from './npz.ts';

const PARTS = ['validation', 'test'] as const;
const MOST_SHOWN = 20;

/** @param maxBytes limit on the total unpacked size of the arrays used. @throws Problem */
export async function readArchive(path: string, choice: NpzChoice, maxBytes: number): Promise<ReadTable> {
  const { held, unused, ...train } = await unpackNpz(path, choice, maxBytes);
  const own = parsed(train, '');
  const parts = PARTS.flatMap((part) =>
    held[part] === undefined ? [] : [{ part, ...parsed(held[part], part) }],
  );
  const details = parts.flatMap(({ part, ...pair }) =>
    (['inputs', 'targets'] as const).flatMap((which) => {
      const [shape, wanted] = [pair[which].shape.slice(1), own[which].shape.slice(1)];
      if (sameShape(shape, wanted) && pair.inputs.shape[0] === pair.targets.shape[0]) return [];
      const message = `the ${which} for ${part} are ${formatShape(pair[which].shape)}, those for training ${formatShape(own[which].shape)}: samples must have the same shape in both, each with a target`;
      return [{ param: which, code: 'size_mismatch', message }];
    }),
  );
  if (details.length > 0) throw problemOf('invalid_dataset', details);

  const all = [own, ...parts];
  const together = (which: 'inputs' | 'targets'): NpyArray => ({
    ...own[which],
    shape: [samplesOf(all), ...own[which].shape.slice(1)],
    values: concatenated(all.map((pair) => pair[which].values)),
  });
  const said: ArraysOf = {
    ...(parts.length > 0 && marksOf(own, parts)),
    warnings: unused.length === 0 ? [] : [unusedWarning(unused)],
  };
  return readArrays(
    ...(parts.length === 0
      ? ([own.inputs, own.targets] as const)
      : ([together('inputs'), together('targets')] as const)),
    said,
  );
}

function parsed({ inputs, targets }: Pair<Uint8Array>, part: string): Pair<NpyArray> {
  const name = (which: string) => (part === '' ? which : `${which} for ${part}`);
  return { inputs: parseNpy(inputs, name('inputs')), targets: parseNpy(targets, name('targets')) };
}

const samplesOf = (pairs: readonly Pair<NpyArray>[]) =>
  pairs.reduce((sum, { inputs }) => sum + (inputs.shape[0] ?? 0), 0);

function marksOf(own: Pair<NpyArray>, parts: readonly ({ part: (typeof PARTS)[number] } & Pair<NpyArray>)[]) {
  const count = (wanted: string) => samplesOf(parts.filter(({ part }) => part === wanted));
  const split = {
    column: 'arrays',
    train: samplesOf([own]),
    validation: count('validation'),
    test: count('test'),
  };
  const marks = new Uint8Array(split.train + split.validation + split.test);
  marks.fill(MARKS.validation, split.train, split.train + split.validation);
  marks.fill(MARKS.test, split.train + split.validation);
  return { split, marks };
}

function unusedWarning(unused: readonly string[]) {
  const shown = unused.slice(0, MOST_SHOWN).map((name) => `"${name.slice(0, 100)}"`);
  const more = unused.length > MOST_SHOWN ? ` and ${unused.length - MOST_SHOWN} more` : '';
  const message = `these arrays of the archive were not used: ${shown.join(', ')}${more}. x_train, y_train, x_val, y_val, x_test and y_test are recognized by name; features and target name others`;
  return { code: 'unused_arrays', param: 'file', message };
}
