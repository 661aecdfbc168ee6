// Early stopping: the conditions for ending training before the last epoch.

import type { Detail } from '#contracts/errors.ts';
import { Check, SelectField } from '../parts/field.tsx';
import { type Draft, problemAt } from './draft.ts';
import { NumberField } from './number-field.tsx';

type Stopping = {
  monitor?: string;
  patience?: unknown;
  min_delta?: unknown;
  mode?: string;
  restore_best?: boolean;
};

export function EarlyStopping(props: {
  value: unknown;
  /** Epoch metrics that can be monitored. */
  monitors: readonly string[];
  details: readonly Detail[];
  onChange(value: Draft['training'][string]): void;
}) {
  const { details, onChange } = props;
  const value = (props.value ?? null) as Stopping | null;
  const set = (name: keyof Stopping, given: unknown) => {
    const { [name]: _, ...rest } = value ?? {};
    onChange(given === undefined || given === '' ? rest : { ...rest, [name]: given });
  };
  const problem = (name: string) => problemAt(details, `training.early_stopping.${name}`);
  const monitors = [
    ...new Set([...props.monitors, ...(value?.monitor === undefined ? [] : [value.monitor])]),
  ];
  return (
    <fieldset class="plain stack">
      <legend class="visually-hidden">Early stopping</legend>
      <Check label="Early stopping" checked={value !== null} onChange={(on) => onChange(on ? {} : null)} />
      {value !== null && (
        <div class="fields">
          <SelectField
            label="Monitor"
            problem={problem('monitor')}
            value={value.monitor ?? ''}
            options={[['', 'The loss of the held-out samples'] as const, ...monitors]}
            onChange={(monitor) => set('monitor', monitor)}
          />
          <NumberField
            label="Patience"
            hint="Epochs without improvement before it stops"
            placeholder="5"
            value={value.patience}
            problem={problem('patience')}
            onChange={(patience) => set('patience', patience)}
          />
          <NumberField
            label="Least change"
            hint="Smallest change that counts as an improvement"
            placeholder="0"
            value={value.min_delta}
            problem={problem('min_delta')}
            onChange={(delta) => set('min_delta', delta)}
          />
          <SelectField
            label="Better is"
            problem={problem('mode')}
            value={value.mode ?? ''}
            options={[
              ['', 'derived from the monitor'],
              ['min', 'lower'],
              ['max', 'higher'],
            ]}
            onChange={(mode) => set('mode', mode)}
          />
          <Check
            label="Keep the best weights, not the last"
            checked={value.restore_best ?? true}
            onChange={(on) => set('restore_best', on)}
          />
        </div>
      )}
      {problemAt(details, 'training.early_stopping') !== undefined && (
        <div class="problem">{problemAt(details, 'training.early_stopping')}</div>
      )}
    </fieldset>
  );
}
