// What the series examples ask of their network: forecasts over several days that it has never seen, each from the rows before it, and
// their error.

import { drawCurve } from '../services/cli/terminal/chart.ts';
import { rootMeanSquare, type Trained, type Verdict } from './example.ts';

export type Row = Readonly<Record<string, string | number | null>>;

export interface Course {
  /** All rows of one series in order; the network has not seen the last ones. */
  readonly rows: readonly Row[];
  readonly unseen: number;
  /** The column to forecast, and those known in advance. */
  readonly column: string;
  readonly known?: readonly string[];
  /** Rows sent per request, and rows forecast. */
  readonly window: number;
  readonly horizon: number;
  /** The naive forecast repeats the value from this many rows ago. */
  readonly season: number;
  readonly guess: string;
}

export async function evaluateForecasts(
  { screen, ask }: Trained,
  courses: readonly Course[],
): Promise<Verdict> {
  const errors: number[] = [];
  const naive: number[] = [];
  for (const course of courses) {
    const { rows, unseen, column, known = [], window, horizon, season } = course;
    const truth = (at: number) => Number(rows[at]![column]);
    const future = (row: Row): Row => ({
      ...Object.fromEntries(known.map((name) => [name, row[name]!])),
      [column]: null,
    });
    let last: number[] = [];
    for (let begin = rows.length - unseen; begin + horizon <= rows.length; begin += horizon) {
      const sent = [...rows.slice(begin - window, begin), ...rows.slice(begin, begin + horizon).map(future)];
      const [prediction] = await ask(known.length > 0 ? sent : sent.slice(0, window));
      last = prediction!.forecast!.map((row) => Number(row[column]));
      errors.push(...last.map((said, h) => said - truth(begin + h)));
      // Beyond one season ahead, repeat the last season before the forecast.
      const ago = (h: number) => season * Math.ceil((h + 1) / season);
      naive.push(...last.map((_, h) => truth(begin + h - ago(h)) - truth(begin + h)));
    }
    const end = rows.length - (unseen % horizon);
    screen.line(`\nThe last ${horizon} as they came …`);
    const came = last.map((_, h) => truth(end - horizon + h));
    for (const line of drawCurve(came, { height: 6 })) screen.line(line);
    screen.line('… and as the network goes on:');
    for (const line of drawCurve(last, { height: 6 })) screen.line(line);
  }
  return {
    what: `Typical error (RMSE) on ${errors.length} values to come`,
    value: rootMeanSquare(errors),
    baseline: rootMeanSquare(naive),
    of: courses[0]!.guess,
  };
}
