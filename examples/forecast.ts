// What the series-… examples ask of their network: the next value, for values it has never seen, and then a future that
// is made of its own predictions.

import { drawCurve } from '../services/cli/terminal/chart.ts';
import type { Samples } from './data/table.ts';
import { numberOf, rootMeanSquare, type Trained, type Verdict } from './example.ts';

const AHEAD = 60;

export async function forecast(
  { screen, predict }: Trained,
  { inputs, targets }: Samples<number[][], number>,
): Promise<Verdict> {
  const predictions = (await predict(inputs)).map(numberOf);
  const last = inputs.map((window) => window.at(-1)![0]!);
  for (const i of [0, 1, 2, 3, 4]) {
    const said = [last[i]!, predictions[i]!, targets[i]!].map((value) => value.toFixed(2).padStart(5));
    screen.line(`after ${said[0]} predicted ${said[1]}  true ${said[2]}`);
  }

  let window = inputs[0]!;
  const future: number[] = [];
  while (future.length < AHEAD) {
    const [prediction] = await predict([window]);
    future.push(numberOf(prediction!));
    window = [...window.slice(1), [future.at(-1)!]];
  }
  screen.line(`\n${AHEAD} values as they came …`);
  for (const line of drawCurve(targets.slice(0, AHEAD), { height: 6 })) screen.line(line);
  screen.line('… and as the network goes on by itself, each prediction from the ones before:');
  for (const line of drawCurve(future, { height: 6 })) screen.line(line);

  return {
    what: `Typical error (RMSE) on ${inputs.length} values it has never seen`,
    value: rootMeanSquare(predictions.map((value, i) => value - targets[i]!)),
    baseline: rootMeanSquare(last.map((value, i) => value - targets[i]!)),
    of: 'the last value again',
  };
}
