// The playground: trains a small network in the browser tab, with the service's own engine, and visualizes it.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { client } from '../api.ts';
import { compact, count, measure } from '../format.ts';
import { Card } from '../parts/card.tsx';
import { Chart } from '../parts/chart.tsx';
import { Failure } from '../parts/errors.tsx';
import { SelectField } from '../parts/field.tsx';
import { Controls } from '../playground/controls.tsx';
import { gridOf } from '../playground/grid.ts';
import { Network } from '../playground/network.tsx';
import { PROBLEMS, pointsOf } from '../playground/problems.ts';
import { jobOf, type Settings, START } from '../playground/settings.ts';
import { Surface } from '../playground/surface.tsx';
import { type Losses, useEngine } from '../playground/use-engine.ts';
import { go } from '../router.ts';

/** More than anyone will watch. */
const EPOCHS = 1_000_000;
const SERVICE_EPOCHS = 200;

export function PlaygroundPage() {
  const [settings, setSettings] = useState<Settings>(START);
  const [pace, setPace] = useState(1);
  const [error, setError] = useState<unknown>(null);
  const points = useMemo(
    () => pointsOf(settings.problem, settings.noise, settings.seed),
    [settings.problem, settings.noise, settings.seed],
  );
  const featureNames = settings.features.join();
  const grid = useMemo(() => gridOf(settings.features), [featureNames]);
  const job = useMemo(() => jobOf(settings, points, EPOCHS), [settings, points]);
  const engine = useEngine(job, grid, pace);
  const { frame } = engine;
  const last = engine.losses.train.at(-1);
  const lastValidation = engine.losses.validation.at(-1);
  const change = (part: Partial<Settings>) => setSettings({ ...settings, ...part });

  const trainThere = async () => {
    try {
      const epochs = Math.max(frame?.epoch ?? 0, SERVICE_EPOCHS);
      go(`/jobs/${(await client.jobs.create(jobOf(settings, points, epochs))).id}`);
    } catch (failure) {
      setError(failure);
    }
  };

  return (
    <>
      <div class="page-head">
        <div>
          <h1>Playground</h1>
          <span class="muted small">
            The service's own engine, in this tab: the same job gives the same losses there.
          </span>
        </div>
        <div class="row">
          <button type="button" class="primary" onClick={() => engine.run(!engine.running)}>
            {engine.running ? 'Pause' : 'Run'}
          </button>
          <button type="button" onClick={() => engine.step()}>
            One epoch
          </button>
          <button type="button" onClick={() => engine.reset()}>
            Reset
          </button>
          <button type="button" onClick={trainThere}>
            Train it on the service
          </button>
        </div>
      </div>
      <Failure error={error ?? engine.failure} />
      <Controls settings={settings} onChange={change} />
      <div class="playground">
        <Card
          title="Network"
          actions={
            <div class="row">
              <button
                type="button"
                disabled={settings.hidden.length === 0}
                onClick={() => change({ hidden: settings.hidden.slice(0, -1) })}
              >
                Remove a layer
              </button>
              <button
                type="button"
                disabled={settings.hidden.length === 5}
                onClick={() => change({ hidden: [...settings.hidden, settings.hidden.at(-1) ?? 4] })}
              >
                Add a layer
              </button>
            </div>
          }
        >
          <Network
            features={settings.features}
            hidden={settings.hidden}
            frame={frame}
            grid={grid}
            onNeurons={(layer, by) =>
              change({ hidden: settings.hidden.with(layer, settings.hidden[layer]! + by) })
            }
          />
        </Card>
        <Card title="Output">
          <Surface
            values={frame?.surface ?? null}
            points={points}
            classes={PROBLEMS[settings.problem].kind === 'classes'}
          />
          <div class="measures">
            <div>
              <div class="label">Epoch</div>
              <output class="big" data-testid="epoch">
                {count(frame?.epoch ?? 0)}
              </output>
            </div>
            <div>
              <div class="label">Training loss</div>
              <output class="big" data-testid="loss">
                {measure(last)}
              </output>
            </div>
            <div>
              <div class="label">Validation loss</div>
              <output class="big" data-testid="held-out">
                {measure(lastValidation)}
              </output>
            </div>
            <div>
              <div class="label">Steps per second</div>
              <output class="big">{compact(frame?.stepsPerSecond ?? 0)}</output>
            </div>
          </div>
          <LossCurve losses={engine.losses} />
          <SelectField
            label="Speed"
            value={String(pace)}
            options={[
              ['1', 'One epoch per frame'],
              ['5', 'Five epochs per frame'],
              ['0', 'As fast as possible'],
            ]}
            onChange={(text) => setPace(Number(text))}
          />
        </Card>
      </div>
    </>
  );
}

/** Redrawn only a few times a second, unlike the pictures. */
function LossCurve({ losses }: { losses: Losses }) {
  const [, redraw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => redraw((n) => n + 1), 200);
    return () => clearInterval(timer);
  }, []);
  const { epochs, train, validation } = losses;
  return useMemo(
    () => (
      <Chart
        title="Loss"
        xName="Epoch"
        x={[...epochs]}
        curves={[
          { name: 'Training', values: [...train], colour: 'series-1' },
          { name: 'Validation', values: [...validation], colour: 'series-2' },
        ]}
        height={140}
      />
    ),
    [epochs.length === 0 ? 0 : Math.floor(performance.now() / 200), epochs, train, validation],
  );
}
