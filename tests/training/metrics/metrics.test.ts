// Every metric against its textbook definition in plain loops, over several batches of odd sizes.

import { describe, expect, it } from 'vitest';
import { constant, reshape } from '#engine/functions.ts';
import { ProgramBuilder, recordCount } from '#engine/program.ts';
import { uniforms } from '#engine/random.ts';
import { losses } from '#training/losses/index.ts';
import { metricNamed, metrics } from '#training/metrics/index.ts';
import { readComponent } from '#training/model/component.ts';
import { backends } from '../backends.ts';

/** Samples: outputs [rows][...numbers], targets [rows][...numbers]. */
interface Data {
  loss: object;
  output: number[];
  target: number[];
  outputs: number[][];
  targets: number[][];
}

const BATCHES = [4, 4, 3];
const ROWS = 11;

const draw = (seed: number, count: number) => Array.from(uniforms(seed, 1, count), (u) => u * 6 - 3);
const rows = (flat: number[], width: number) =>
  Array.from({ length: ROWS }, (_, i) => flat.slice(i * width, (i + 1) * width));

function classes(
  seed: number,
  count: number,
  positions: number,
  loss: object = { type: 'CrossEntropyLoss' },
) {
  const each = draw(seed, ROWS * positions).map((x) => Math.floor(((x + 3) / 6) * count) % count);
  const output = positions === 1 ? [count] : [count, positions];
  const outputs = rows(draw(seed + 1, ROWS * count * positions), count * positions);
  return {
    loss,
    output,
    target: positions === 1 ? [] : [positions],
    outputs,
    targets: rows(each, positions),
  };
}

const yesNo = (seed: number, width: number): Data => ({
  loss: { type: 'BCEWithLogitsLoss' },
  output: [width],
  target: [width],
  outputs: rows(draw(seed, ROWS * width), width),
  targets: rows(
    draw(seed + 1, ROWS * width).map((x) => Number(x > 0.5)),
    width,
  ),
});

const probabilities = (seed: number): Data => ({
  ...yesNo(seed, 1),
  loss: { type: 'BCELoss' },
  outputs: yesNo(seed, 1).outputs.map((row) => row.map((x) => 1 / (1 + Math.exp(-x)))),
});

const numbersData = (seed: number, width: number, offset: (i: number) => number): Data => {
  const wanted = draw(seed, ROWS * width).map((x, i) => x + offset(i % width));
  const off = draw(seed + 1, ROWS * width);
  return {
    loss: { type: 'MSELoss' },
    output: [width],
    target: [width],
    outputs: rows(
      wanted.map((x, i) => x + off[i]! * 0.3),
      width,
    ),
    targets: rows(wanted, width),
  };
};

// --- textbook ---

/** One [scores by class, true class] for every prediction that is not ignored. */
function answers({ loss, output, outputs, targets }: Data): [number[], number][] {
  const ignored = (loss as { ignore_index?: number }).ignore_index;
  const binary = (loss as { type: string }).type.startsWith('BCE');
  const found: [number[], number][] = [];
  for (const [row, wanted] of targets.entries()) {
    for (const [position, target] of wanted.entries()) {
      if (target === ignored) continue;
      const half = (loss as { type: string }).type === 'BCELoss' ? 0.5 : 0;
      const scores = binary
        ? [half, outputs[row]![position]!]
        : Array.from({ length: output[0]! }, (_, c) => outputs[row]![c * wanted.length + position]!);
      found.push([scores, target]);
    }
  }
  return found;
}

const said = (scores: number[]) => scores.indexOf(Math.max(...scores));
const share = (list: boolean[]) => list.filter(Boolean).length / list.length;
const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;

function matrix(data: Data): number[][] {
  const size = data.loss && (data.loss as { type: string }).type.startsWith('BCE') ? 2 : data.output[0]!;
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const [scores, wanted] of answers(data)) counts[wanted]![said(scores)]!++;
  return counts;
}

/** Per class (or per binary output): true positives, predicted, actual. */
function tallies(data: Data): [number, number, number][] {
  if (!(data.loss as { type: string }).type.startsWith('BCE')) {
    const m = matrix(data);
    return m.map((row, c) => [row[c]!, mean(m.map((r) => r[c]!)) * m.length, mean(row) * row.length]);
  }
  const half = (data.loss as { type: string }).type === 'BCELoss' ? 0.5 : 0;
  return data.targets[0]!.map((_, i) => {
    const pairs = data.targets.map((row, r) => [Number(data.outputs[r]![i]! > half), row[i]!] as const);
    const count = (test: (s: number, w: number) => boolean) => pairs.filter(([s, w]) => test(s, w)).length;
    return [count((s, w) => s === 1 && w === 1), count((s) => s === 1), count((_, w) => w === 1)];
  });
}

const macro = (data: Data, value: (t: number, s: number, w: number) => number) =>
  mean(
    tallies(data)
      .filter(([, s, w]) => s + w > 0)
      .map(([t, s, w]) => value(t, s, w)),
  );

const top = (k: number) => (data: Data) =>
  share(
    answers(data).map(([scores, wanted]) =>
      [...scores.keys()]
        .sort((a, b) => scores[b]! - scores[a]!)
        .slice(0, k)
        .includes(wanted),
    ),
  );

const errors = ({ outputs, targets }: Data) =>
  outputs.flatMap((row, r) => row.map((x, i) => x - targets[r]![i]!));

const textbook: Record<string, (data: Data) => number | number[][]> = {
  accuracy: (data) => share(answers(data).map(([scores, wanted]) => said(scores) === wanted)),
  top_1: top(1),
  top_2: top(2),
  top_5: top(5),
  precision: (data) => macro(data, (t, s) => (s === 0 ? 0 : t / s)),
  recall: (data) => macro(data, (t, _, w) => (w === 0 ? 0 : t / w)),
  f1: (data) =>
    macro(data, (t, s, w) => {
      const [p, r] = [s === 0 ? 0 : t / s, w === 0 ? 0 : t / w];
      return p + r === 0 ? 0 : (2 * p * r) / (p + r);
    }),
  confusion_matrix: matrix,
  perplexity: (data) =>
    Math.exp(
      mean(
        answers(data).map(
          ([scores, wanted]) =>
            -Math.log(Math.exp(scores[wanted]!) / scores.reduce((sum, x) => sum + Math.exp(x), 0)),
        ),
      ),
    ),
  mae: (data) => mean(errors(data).map(Math.abs)),
  rmse: (data) => Math.sqrt(mean(errors(data).map((d) => d * d))),
  r2: ({ outputs, targets }) =>
    mean(
      targets[0]!.map((_, i) => {
        const y = targets.map((row) => row[i]!);
        const total = y.reduce((sum, value) => sum + (value - mean(y)) ** 2, 0);
        const left = y.reduce((sum, value, r) => sum + (value - outputs[r]![i]!) ** 2, 0);
        return 1 - left / total;
      }),
    ),
};

const DATA: [string, Data][] = [
  ['three classes', classes(1, 3, 1)],
  ['two classes', classes(3, 2, 1)],
  ['seven classes, most of which do not occur', classes(5, 7, 1)],
  ['four classes at five positions', classes(7, 4, 5)],
  ['an ignored class', classes(9, 3, 4, { type: 'CrossEntropyLoss', ignore_index: 1 })],
  ['yes or no', yesNo(11, 1)],
  ['yes or no three times', yesNo(13, 3)],
  ['the probability of a yes', probabilities(15)],
  ['numbers', numbersData(17, 1, () => 0)],
  ['numbers far from 0', numbersData(19, 3, (i) => 10 ** (i + 1))],
];

it('every metric has a textbook definition in this file', () => {
  expect([...metrics.keys()].filter((name) => textbook[name] === undefined)).toEqual([]);
});

describe.each(backends)('on %s', (_, backend) => {
  it.each(DATA)('%s', async (_, data) => {
    const loss = readComponent(losses, data.loss, 'loss').value!;
    const { task, targetType } = loss.definition;
    const wanted = Object.keys(textbook)
      .map((name) => metricNamed(name)!)
      .filter((metric) => metric.tasks.includes(task))
      .filter((metric) => (metric.unfit?.(data.output, loss.definition) ?? null) === null);
    const program = new ProgramBuilder()
      .state('center', [data.targets[0]!.length])
      .dataset('outputs', [ROWS, ...data.output])
      .dataset('targets', [ROWS, ...data.target], targetType);
    for (const rows of new Set(BATCHES)) {
      program.entry(`of ${rows}`, rows, (entry) => {
        const batch = { output: entry.batch('outputs'), targets: entry.batch('targets'), loss };
        for (const { name, record } of wanted) {
          entry.record(name, record({ ...batch, center: () => entry.state('center'), unit: () => null }));
        }
        entry.record('end', reshape(constant(entry.graph, 7), [1]));
      });
    }
    const built = program.build();
    const exe = await backend.compile(built);
    exe.write(
      'center',
      Float32Array.from(data.targets[0]!, (_, i) => mean(data.targets.map((row) => row[i]!))),
    );
    exe.write('outputs', Float32Array.from(data.outputs.flat()));
    exe.write('targets', (targetType === 'i32' ? Int32Array : Float32Array).from(data.targets.flat()));
    const sums = new Float64Array(recordCount(built.entries[0]!));
    let cursor = 0;
    for (const rows of BATCHES) {
      const records = await exe.run(`of ${rows}`, {
        steps: 1,
        cursor,
        counter: 0,
        scalars: new Float32Array(0),
      });
      for (const [i, value] of records.entries()) sums[i]! += value;
      cursor += rows;
    }
    expect(sums.at(-1)).toBe(7 * BATCHES.length);
    let offset = 0;
    for (const { name, finish } of wanted) {
      const { shape } = built.entries[0]!.records.get(name)!;
      const size = shape.reduce((a, b) => a * b, 1);
      const got = finish([...sums.slice(offset, offset + size)]);
      const expected = textbook[name]!(data);
      if (typeof expected === 'number') {
        expect(Math.abs((got as number) - expected), `${name} ${got} ${expected}`).toBeLessThan(
          2e-5 * Math.max(1, Math.abs(expected)),
        );
      } else expect(got, name).toEqual(expected);
      offset += size;
    }
    expect(wanted.length).toBeGreaterThan(2);
  });
});

it('r2 of constant targets is 1 if every prediction is exact, else 0', () => {
  const { finish } = metricNamed('r2')!;
  expect(finish([0, 0, 0, 5])).toBe(1);
  expect(finish([3, 0, 0, 5])).toBe(0);
});

it('a mean over no classes is 0, not NaN', () => {
  for (const name of ['precision', 'recall', 'f1']) expect(metricNamed(name)!.finish([0, 0, 0])).toBe(0);
});

it('top_k means top_5, top_3 is itself, and top_0 is unknown', () => {
  expect(metricNamed('top_k')!.name).toBe('top_5');
  expect(metricNamed('top_3')!.name).toBe('top_3');
  for (const name of ['top_0', 'top_', 'top_01', 'top_1e3', 'acc']) expect(metricNamed(name)).toBeNull();
});
