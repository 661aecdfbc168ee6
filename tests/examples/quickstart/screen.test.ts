import { describe, expect, test } from 'vitest';
import { curlLines } from '../../../examples/quickstart/curl-lines.ts';
import { holdOut } from '../../../examples/quickstart/table.ts';
import { drawCurve } from '../../../services/cli/terminal/chart.ts';
import { bar, openScreen } from '../../../services/cli/terminal/screen.ts';

describe('the screen', () => {
  const show = (isTTY: boolean) => {
    let text = '';
    const screen = openScreen({ write: (part) => (text += part), isTTY, columns: 40 });
    screen.line('one');
    screen.progress(1, 2);
    screen.line('two');
    screen.done();
    return text;
  };

  test('keeps the bar below the lines in a terminal, and clears it at the end', () => {
    const half = `${bar(1, 2, 20)} 50 %`;
    const clear = '\r\x1b[2K';
    expect(show(true)).toBe(`one\n${half}${clear}two\n${half}${clear}`);
  });

  test('omits the bar if the output is a file', () => {
    expect(show(false)).toBe('one\ntwo\n');
  });

  test('fills the bar in proportion', () => {
    expect([bar(0, 4, 4), bar(1, 4, 4), bar(4, 4, 4)]).toEqual(['░░░░', '█░░░', '████']);
  });
});

describe('the curve', () => {
  test('falls from the top left to the bottom right, with both ends labeled', () => {
    const lines = drawCurve([1, 0.5, 0], { width: 3, height: 3 });
    expect([lines[0], lines[2]]).toEqual([
      expect.stringContaining(' 1.000 ┤'),
      expect.stringContaining(' ┤'),
    ]);
    expect(lines[0]?.at(-3)).not.toBe('⠀');
    expect(lines[2]?.at(-1)).not.toBe('⠀');
    expect(lines[0]?.at(-1)).toBe('⠀');
  });

  test('is not drawn for fewer than two numbers, and skips values that are not finite', () => {
    expect(drawCurve([1])).toEqual([]);
    expect(drawCurve([Number.NaN, 1])).toEqual([]);
    expect(drawCurve([3, Number.POSITIVE_INFINITY, 1])).toEqual(drawCurve([3, 1]));
  });

  test('of a constant loss is a horizontal line', () => {
    expect(drawCurve([2, 2, 2], { width: 4, height: 2 })[1]).toContain('⣀⣀⣀⣀');
  });
});

describe('the held-out rows', () => {
  test('are removed from the upload, and nothing else is, quotes included', () => {
    const rows = Array.from({ length: 50 }, (_, i) => `${i};"say ""${i}""\nand so on"`);
    const file = Buffer.from(['a;b', ...rows].join('\r\n'));
    const { upload, unseen } = holdOut(file, 5);
    expect(unseen.map((row) => row.cells.a)).toEqual(['5', '15', '25', '35', '45']);
    expect(unseen[0]?.cells.b).toBe('say "5"\nand so on');
    const rest = ['a;b', ...rows.filter((_, i) => i % 10 !== 5)].join('\n');
    expect(upload.toString()).toBe(rest);
  });

  test('are none if the file is small or not a CSV', () => {
    for (const text of ['', 'a,b\n1,2\n', `a,b\n${'1,2,3\n'.repeat(100)}`]) {
      expect(holdOut(Buffer.from(text), 5)).toEqual({ upload: Buffer.from(text), unseen: [] });
    }
  });
});

test('curl lines survive quotes in names', () => {
  const lines = curlLines({
    url: 'http://h:1',
    file: "it's.csv",
    fields: { target: "a'b" },
    job: { dataset: 'ds_1' },
    record: { "x'": 1 },
  });
  expect(lines[0]).toContain(`-F 'target=a'\\''b' -F 'file=@it'\\''s.csv'`);
  expect(lines[1]).toContain(`-d '{"dataset":"'$DATASET'"}'`);
  expect(lines[4]).toContain(`'{"records":[{"x'\\''":1}]}'`);
});
