// The WGSL loop variables of a contraction, by group, and the part of an address that depends on one group; the address is the sum of its
// groups' parts.

import { coefficient } from '../../../affine.ts';
import type { Affine } from '../../../expression.ts';
import type { ContractKernel } from '../../../lower/kernel.ts';
import { affineText } from '../expression.ts';

export interface Names {
  readonly batch: readonly string[];
  readonly m: readonly string[];
  readonly n: readonly string[];
  readonly k: readonly string[];
  /** In the order in which affine addresses number their variables. */
  readonly all: readonly string[];
}

export function namesOf({ batch, m, n, k }: ContractKernel): Names {
  const name = (letter: string, sizes: readonly number[]) => sizes.map((_, i) => `${letter}${i}`);
  const groups = { batch: name('b', batch), m: name('m', m), n: name('n', n), k: name('k', k) };
  return { ...groups, all: [...groups.batch, ...groups.m, ...groups.n, ...groups.k] };
}

export function addressPart(address: Affine, names: Names, group: readonly string[]): string {
  const coefficients = names.all.map((name, v) => (group.includes(name) ? coefficient(address, v) : 0));
  return affineText({ coefficients, offset: 0 }, names.all);
}

/** The loop variables that index a contraction's results, with their sizes. */
export function resultsOf(
  { batch, m, n }: ContractKernel,
  names: Names,
): { readonly sizes: readonly number[]; readonly names: readonly string[] } {
  return { sizes: [...batch, ...m, ...n], names: [...names.batch, ...names.m, ...names.n] };
}
