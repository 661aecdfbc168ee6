// The playground's controls: problem, input features, and training settings.

import { Card } from '../parts/card.tsx';
import { Check, SelectField } from '../parts/field.tsx';
import { FEATURES, type FeatureName, PROBLEMS, type ProblemName } from './problems.ts';
import type { Settings } from './settings.ts';

const RATES = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3];
const DECAYS = [0, 0.0001, 0.001, 0.01];
const BATCHES = [1, 5, 10, 20, 50, 100];
const NOISES = [0, 0.02, 0.05, 0.1, 0.15];

export function Controls({
  settings,
  onChange,
}: {
  settings: Settings;
  onChange(part: Partial<Settings>): void;
}) {
  const number = (label: string, key: 'lr' | 'decay' | 'batch' | 'noise', values: readonly number[]) => (
    <SelectField
      label={label}
      value={String(settings[key])}
      options={values.map(String)}
      onChange={(text) => onChange({ [key]: Number(text) })}
    />
  );
  const toggle = (name: FeatureName, on: boolean) => {
    const all = Object.keys(FEATURES) as FeatureName[];
    onChange({ features: all.filter((it) => (it === name ? on : settings.features.includes(it))) });
  };
  return (
    <Card title="Problem">
      <div class="choices">
        {(Object.keys(PROBLEMS) as ProblemName[]).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={settings.problem === name}
            onClick={() => onChange({ problem: name })}
          >
            {PROBLEMS[name].title}
          </button>
        ))}
      </div>
      <div class="row" style={{ gap: '2px 16px' }}>
        <span class="label">Features</span>
        {(Object.keys(FEATURES) as FeatureName[]).map((name) => (
          <Check
            key={name}
            label={FEATURES[name].title}
            checked={settings.features.includes(name)}
            onChange={(on) => (on || settings.features.length > 1) && toggle(name, on)}
          />
        ))}
      </div>
      <div class="fields">
        {number('Noise', 'noise', NOISES)}
        {number('Batch size', 'batch', BATCHES)}
        {number('Learning rate', 'lr', RATES)}
        {number('L2 regularisation', 'decay', DECAYS)}
        <SelectField
          label="Activation"
          value={settings.activation}
          options={['Tanh', 'ReLU', 'Sigmoid', 'GELU']}
          onChange={(activation) => onChange({ activation: activation as Settings['activation'] })}
        />
        <SelectField
          label="Optimizer"
          value={settings.optimizer}
          options={['Adam', 'SGD']}
          onChange={(optimizer) => onChange({ optimizer: optimizer as Settings['optimizer'] })}
        />
      </div>
    </Card>
  );
}
