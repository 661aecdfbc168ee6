// Predictions in every format: JSON lines, CSV and .npy, whole or in part.

import { describe, expect, it } from 'vitest';
import type { PredictionPart } from '#contracts/jobs/job-api.ts';
import { parseNpy } from '#training/data/formats/npy.ts';
import { arrays, ask, json, ROWS, refusal, table } from './served.ts';

describe('predictions in any format', () => {
  const body = JSON.stringify({ inputs: ROWS });

  it('lines of JSON are the predictions one by one', async () => {
    const lines = (await ask(table, body, 'json', { answer: 'ndjson' })).toString().trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual(await json(table, body, 'json'));
  });

  it('CSV names its columns, and quotes labels', async () => {
    const [header, ...lines] = (await ask(table, body, 'json', { answer: 'csv' }))
      .toString()
      .trimEnd()
      .split('\n');
    expect(header).toBe('class,label,probability_left,"probability_right, up",output_0,output_1');
    expect(lines).toHaveLength(ROWS.length);
    const [first] = await json(table, body, 'json');
    const label = first.label === 'left' ? 'left' : '"right, up"';
    expect(lines[0]).toBe([first.class, label, ...first.probabilities, ...first.output].join(','));
  });

  it('a NumPy array holds the outputs, or the part requested', async () => {
    const outputs = await table.outputs(Float64Array.from(ROWS.flat()));
    const all = parseNpy(await ask(table, body, 'json', { answer: 'npy' }), 'outputs');
    expect(all.shape).toEqual([ROWS.length, 2]);
    expect(all.values).toEqual(outputs);
    const wanted = await json(table, body, 'json');
    const classes = parseNpy(await ask(table, body, 'json', { answer: 'npy', part: 'labels' }), 'classes');
    expect(classes.shape).toEqual([ROWS.length]);
    expect([...classes.values]).toEqual(wanted.map((each: { class: number }) => each.class));
    const shares = parseNpy(await ask(table, body, 'json', { answer: 'npy', part: 'probabilities' }), 'p');
    expect(shares.shape).toEqual([ROWS.length, 2]);
    expect([...shares.values]).toEqual(
      wanted.flatMap(({ probabilities }: { probabilities: number[] }) => probabilities.map(Math.fround)),
    );
  });

  it('a prediction is reduced to the part requested', async () => {
    const keys = async (part: PredictionPart) => Object.keys((await json(table, body, 'json', { part }))[0]);
    expect(await keys('labels')).toEqual(['class', 'label']);
    expect(await keys('probabilities')).toEqual(['probabilities']);
    expect(await keys('output')).toEqual(['output']);
  });

  it('a part that the model does not return is refused', async () => {
    const { told } = await refusal(ask(arrays, '{"inputs": []}', 'json', { part: 'labels' }));
    expect(told).toEqual([['return', 'this model returns output, not labels']]);
  });

  it('numbers are written as the shortest decimals of their float32', async () => {
    const [{ output }] = await json(arrays, '{"inputs": [[0.1, 0.2]]}', 'json');
    const [exact] = (await arrays.outputs(Float64Array.of(0.1, 0.2))) as unknown as [number];
    expect(String(output[0]).replace(/[-.]|^0+/g, '').length).toBeLessThanOrEqual(10);
    expect(Math.fround(output[0])).toBe(exact);
  });
});
