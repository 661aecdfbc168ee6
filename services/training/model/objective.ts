// The loss as part of a program: list arguments are stored as states of their own.

import type { Executable } from '#engine/backends/backend.ts';
import type { EntryBuilder, ProgramBuilder } from '#engine/program.ts';
import type { Tensor } from '#engine/tensor.ts';
import type { Loss } from '../losses/loss.ts';
import type { Named } from './component.ts';

const stateOf = (constant: string) => `loss.${constant}`;

function constantsOf({ definition, args }: Named<Loss>): [name: string, values: readonly number[]][] {
  return Object.entries(definition.constants?.(args) ?? {});
}

export function declareLoss(program: ProgramBuilder, loss: Named<Loss>): void {
  for (const [name, values] of constantsOf(loss)) program.state(stateOf(name), [values.length]);
}

export function writeLoss(executable: Executable, loss: Named<Loss>): void {
  for (const [name, values] of constantsOf(loss)) executable.write(stateOf(name), Float32Array.from(values));
}

/** Output [batch, …] and targets [batch, …] → [], in a program with the states of `declareLoss`. */
export function lossOf(entry: EntryBuilder, loss: Named<Loss>, output: Tensor, targets: Tensor): Tensor {
  const { definition, args } = loss;
  return definition.forward(output, targets, args, (name) => entry.state(stateOf(name)));
}
