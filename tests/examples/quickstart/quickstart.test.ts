// `npm run quickstart`, as a newcomer runs it.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { makePoints } from '../../../examples/quickstart/make-points.ts';
import { run, useDirectory } from './run.ts';

useDirectory();

test('points.csv matches the output of its script', () => {
  expect(readFileSync('examples/quickstart/points.csv', 'utf8')).toBe(makePoints());
});

describe('the quickstart', () => {
  test('shows ten epochs, a curve, predictions and curl lines, and leaves nothing behind', async () => {
    const { code, output } = await run();
    expect(output).toMatch(/Epoch \[1\/10\], Loss: 0\.\d{4}/);
    expect(output.match(/^Epoch \[\d+\/10\], Loss: \d\.\d{4}, Accuracy: [01]\.\d{3}$/gm)).toHaveLength(10);
    expect(output).toMatch(/┤[\u2800-\u28ff]{60}\n/);
    expect(Number(/Validation accuracy: ([\d.]+)/.exec(output)?.[1])).toBeGreaterThan(0.95);
    expect(
      output.match(/^ {2}line \d+ +predicted (inside|outside) \([\d.]+ %\) +true (inside|outside)$/gm),
    ).toHaveLength(5);
    expect(output.match(/^(\w+=\$\()?curl -s http/gm)).toHaveLength(4);
    expect(output).not.toContain('\x1b'); // no colours and no bar where nobody looks
    expect(code).toBe(0);
  });
});
