// Curves over epochs or time, on a canvas. Drag to zoom, double-click to reset.

import './language.ts';

import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { compact, measure } from '../format.ts';
import { colour } from '../theme.ts';

export interface Curve {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** Name of a theme color. */
  readonly colour: string;
  readonly dashed?: boolean;
  /** Drawn faintly in the background: the values before smoothing. */
  readonly pale?: boolean;
}

export interface ChartProps {
  /** Text alternative for the canvas. */
  title: string;
  xName: string;
  x: readonly number[];
  curves: readonly Curve[];
  log?: boolean;
  height?: number;
}

const SERIES = ['series-1', 'series-2', 'series-3', 'series-4', 'series-5', 'series-6'];
export const seriesColour = (index: number): string => SERIES[index % SERIES.length]!;

export function Chart({ title, xName, x, curves, log = false, height = 260 }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const changed = () => setTheme((n) => n + 1);
    addEventListener('epochd-theme', changed);
    return () => removeEventListener('epochd-theme', changed);
  }, []);

  // Copied, because the columns of a running job grow in place, and uPlot compares with its previous data.
  const data = [
    [...x],
    ...curves.map(({ values }) => (log ? values.map(positive) : [...values])),
  ] as uPlot.AlignedData;
  const shape = JSON.stringify([xName, log, height, curves.map(({ values: _, ...rest }) => rest), theme]);
  useEffect(() => {
    const element = place.current!;
    const width = () => Math.max(200, element.clientWidth);
    const made = new uPlot(optionsOf({ xName, curves, log, width: width(), height }), data, element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: width(), height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => {
    const made = plot.current;
    if (made === null) return;
    const { min, max } = made.scales.x!;
    const known = made.data[0];
    const zoomed = known.length > 1 && min != null && max != null && (min > known[0]! || max < known.at(-1)!);
    made.setData(data, !zoomed);
    if (zoomed) made.redraw();
  });

  const last = curves
    .filter(({ pale }) => !pale)
    .map(({ name, values }) => `${name} ${measure(values.at(-1) ?? undefined)}`)
    .join(', ');
  return <div class="chart" ref={place} role="img" aria-label={`${title}: ${last}`} />;
}

const positive = (value: number | null) => (value !== null && value > 0 ? value : null);

function optionsOf(given: {
  xName: string;
  curves: readonly Curve[];
  log: boolean;
  width: number;
  height: number;
}): uPlot.Options {
  const { xName, curves, log, width, height } = given;
  const [ink, line] = [colour('muted'), colour('line')];
  const axis = {
    stroke: ink,
    grid: { stroke: line, width: 1 },
    ticks: { stroke: line, width: 1 },
    font: '12px system-ui',
  };
  return {
    width,
    height,
    cursor: { drag: { x: true, y: false }, focus: { prox: 24 } },
    scales: { x: { time: false }, y: { distr: log ? 3 : 1 } },
    axes: [
      { ...axis, space: 60 },
      {
        ...axis,
        size: 62,
        values: (_, ticks) =>
          ticks.map((tick) => (tick === null ? '' : Math.abs(tick) < 1e4 ? measure(tick) : compact(tick))),
      },
    ],
    series: [
      { label: xName, value: (plot, value, _, at) => shownAt(plot, 0, value, at) },
      ...curves.map(
        ({ name, colour: stroke, dashed, pale }): uPlot.Series => ({
          label: name,
          stroke: colour(stroke),
          width: pale ? 1 : 2,
          alpha: pale ? 0.25 : 1,
          ...(dashed ? { dash: [6, 4] } : {}),
          points: { show: (plot) => plot.data[0].length < 3 },
          spanGaps: false,
          value: (plot, value, series, at) => shownAt(plot, series, value, at),
        }),
      ),
    ],
  };
}

/** Legend text: the value under the cursor, or the last value without one. */
function shownAt(plot: uPlot, series: number, value: number | null, at: number | null): string {
  const shown = at === null ? plot.data[series]?.at(-1) : value;
  return shown === null || shown === undefined ? '–' : measure(shown);
}
