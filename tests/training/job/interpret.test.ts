import { expect, it } from 'vitest';
import { interpretOutput } from '#training/job/interpret.ts';
import { losses } from '#training/losses/index.ts';

const says = (loss: string, shape: number[], output: number[], labels: string[] | null = null) =>
  interpretOutput(Float32Array.from(output), shape, losses.members.get(loss)!, labels);

it('class logits give one class, its label, and probabilities that sum to 1, even at ±100', () => {
  const {
    class: index,
    label,
    probabilities,
  } = says('CrossEntropyLoss', [3], [-100, 100, 99], ['a', 'b', 'c']);
  expect([index, label]).toEqual([1, 'b']);
  const [none, most, some] = probabilities as number[];
  expect(none).toBeCloseTo(0, 12);
  expect(most).toBeCloseTo(1 / (1 + Math.exp(-1)), 12);
  expect(most! + some!).toBeCloseTo(1, 12);
});

it('equal logits give the first class', () => {
  expect(says('CrossEntropyLoss', [3], [0, 2, 2]).class).toBe(1);
});

it('logits per position give a class and probabilities for every position', () => {
  // [2 classes, 3 positions]: the second class wins at the first position only.
  const { class: classes, probabilities } = says('CrossEntropyLoss', [2, 3], [0, 5, 1, 1, 4, 0]);
  expect(classes).toEqual([1, 0, 0]);
  const [no, yes] = probabilities as number[][];
  for (const position of [0, 1, 2]) {
    expect(no![position]! + yes![position]!).toBeCloseTo(1, 12);
    expect(yes![position]! > no![position]!).toBe(position === 0);
  }
});

it('positions may span several dimensions', () => {
  const { class: classes, probabilities } = says('NLLLoss', [2, 2, 1], [-3, -0.01, -0.05, -4]);
  expect(classes).toEqual([[1], [0]]);
  expect((probabilities as number[][][]).map((plane) => plane.length)).toEqual([2, 2]);
});

it('log-probabilities give the probabilities', () => {
  const { class: index, probabilities } = says('NLLLoss', [2], [Math.log(0.25), Math.log(0.75)]);
  expect(index).toBe(1);
  expect((probabilities as number[])[1]).toBeCloseTo(0.75, 6);
});

it('one logit gives no or yes with both probabilities; a probability is used as it is', () => {
  const logit = says('BCEWithLogitsLoss', [1], [-1], ['bad', 'good']);
  expect([logit.class, logit.label]).toEqual([0, 'bad']);
  expect((logit.probabilities as number[])[1]).toBeCloseTo(1 / (1 + Math.E), 12);
  const probability = says('BCELoss', [1], [0.25], ['bad', 'good']);
  expect([probability.class, probability.label]).toEqual([0, 'bad']);
  expect(probability.probabilities).toEqual([0.75, 0.25]);
  expect(says('BCELoss', [1], [0.625]).class).toBe(1);
});

it('several binary outputs each give a probability, in the shape of the output', () => {
  expect(says('BCELoss', [2], [0.25, 0.75])).toEqual({ output: [0.25, 0.75], probabilities: [0.25, 0.75] });
  const nested = says('BCEWithLogitsLoss', [2, 1], [0, 0]);
  expect(nested.probabilities).toEqual([[0.5], [0.5]]);
  expect(nested).not.toHaveProperty('class');
});

it('a distribution gives probabilities, and numbers stay as they are', () => {
  const [half] = says('KLDivLoss', [2], [Math.log(0.5), Math.log(0.5)]).probabilities as number[];
  expect(half).toBeCloseTo(0.5, 6);
  for (const loss of ['MSELoss', 'L1Loss', 'SmoothL1Loss', 'HuberLoss']) {
    expect(says(loss, [2, 1], [1, -2])).toEqual({ output: [[1], [-2]] });
  }
});

it('an output that is not finite gives no prediction', () => {
  expect(says('NLLLoss', [2], [Number.NaN, 0])).toEqual({ output: ['NaN', 0], nonfinite: true });
});
