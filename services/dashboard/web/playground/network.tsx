// The network diagram: every neuron as a picture of its output over the square, every weight as a line.

import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { theme } from '../theme.ts';
import { SIDE } from './grid.ts';
import type { Frame } from './messages.ts';
import { paint, palette } from './paint.ts';
import { FEATURES, type FeatureName } from './problems.ts';

interface Props {
  features: readonly FeatureName[];
  hidden: readonly number[];
  frame: Frame | null;
  /** The features of the grid: [points, features]. */
  grid: Float32Array;
  onNeurons(layer: number, by: number): void;
}

const MOST_NEURONS = 8;

export function Network({ features, hidden, frame, grid, onNeurons }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const fits = frame !== null && hidden.every((n, i) => frame.layers[i]?.length === n * SIDE * SIDE);
  const shown = fits ? frame : null;
  return (
    <div class="network" ref={place}>
      <Weights place={place} frame={shown} shape={[features.length, ...hidden].join()} />
      <div class="network-column">
        <span class="label">Features</span>
        {features.map((name, i) => (
          <Neuron
            key={name}
            name={`Feature ${FEATURES[name].title}`}
            label={FEATURES[name].title}
            values={grid}
            stride={features.length}
            offset={i}
          />
        ))}
      </div>
      {hidden.map((neurons, layer) => (
        <div class="network-column" key={layer}>
          <span class="row" style={{ gap: '2px', flexWrap: 'nowrap' }}>
            <button
              type="button"
              class="quiet icon"
              aria-label={`One neuron fewer in layer ${layer + 1}`}
              disabled={neurons === 1}
              onClick={() => onNeurons(layer, -1)}
            >
              −
            </button>
            <span class="label numbers">{neurons}</span>
            <button
              type="button"
              class="quiet icon"
              aria-label={`One neuron more in layer ${layer + 1}`}
              disabled={neurons === MOST_NEURONS}
              onClick={() => onNeurons(layer, 1)}
            >
              +
            </button>
          </span>
          {Array.from({ length: neurons }, (_, i) => (
            <Neuron
              key={i}
              name={`Neuron ${i + 1} of layer ${layer + 1}`}
              values={shown?.layers[layer] ?? null}
              stride={neurons}
              offset={i}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

function Neuron(props: {
  name: string;
  label?: string;
  values: Float32Array | null;
  stride: number;
  offset: number;
}) {
  const { name, label, values, stride, offset } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (values === null) return;
    paint(canvas.current!, values, { side: SIDE, stride, offset, colours: palette(theme() === 'dark') });
  });
  return (
    <span class="neuron">
      {label !== undefined && <span class="small muted nowrap">{label}</span>}
      <canvas ref={canvas} width={SIDE} height={SIDE} role="img" aria-label={name} />
    </span>
  );
}

/** Lines behind the neurons: thickness is the magnitude of the weight, color its sign. */
function Weights(props: { place: { current: HTMLDivElement | null }; frame: Frame | null; shape: string }) {
  const { place, frame, shape } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = place.current!;
    const measure = () => setSize({ width: element.scrollWidth, height: element.scrollHeight });
    const resized = new ResizeObserver(measure);
    resized.observe(element);
    measure();
    return () => resized.disconnect();
  }, [shape, place]);
  useEffect(() => {
    const context = canvas.current!.getContext('2d')!;
    context.clearRect(0, 0, size.width, size.height);
    if (frame === null) return;
    const columns = [...place.current!.querySelectorAll('.network-column')].map((column) =>
      [...column.querySelectorAll('canvas')].map((it) => {
        const { offsetLeft: left, offsetTop: top, offsetWidth: wide, offsetHeight: high } = it;
        return { left, right: left + wide, middle: top + high / 2 };
      }),
    );
    const [negative, , positive] = palette(theme() === 'dark');
    for (const [layer, weights] of frame.weights.entries()) {
      const [from, to] = [columns[layer], columns[layer + 1]];
      if (from === undefined || to === undefined || weights.length !== from.length * to.length) continue;
      for (const [o, end] of to.entries()) {
        for (const [i, begin] of from.entries()) {
          const weight = weights[o * from.length + i]!;
          const strength = Math.min(1, Math.abs(weight) / 2);
          context.strokeStyle = `rgb(${(weight < 0 ? negative : positive).join(' ')} / ${0.15 + 0.75 * strength})`;
          context.lineWidth = 0.5 + 4 * strength;
          context.beginPath();
          context.moveTo(begin.right, begin.middle);
          const bend = (end.left - begin.right) / 2;
          context.bezierCurveTo(
            begin.right + bend,
            begin.middle,
            end.left - bend,
            end.middle,
            end.left,
            end.middle,
          );
          context.stroke();
        }
      }
    }
  });
  return (
    <canvas
      ref={canvas}
      class="weights"
      width={size.width}
      height={size.height}
      role="img"
      aria-label="Weights"
    />
  );
}
