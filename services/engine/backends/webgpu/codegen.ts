// Generates shaders and calls for a lowered program: one shader per distinct kernel, one call per kernel of an entry. The result is pure
// data and needs no device; executable.ts makes pipelines from it.

import type { Kernel, LoweredProgram } from '../../lower/kernel.ts';
import { lower } from '../../lower/lower.ts';
import { type MemoryPlan, planMemory } from '../../lower/memory-plan.ts';
import { rebase } from '../../lower/rebase.ts';
import { signatureOf } from '../../lower/signature.ts';
import type { Program } from '../../program.ts';
import { advanceBases, advanceShader, type RunAddresses } from './advance.ts';
import { contractShader, partialsShader } from './kernels/contract.ts';
import { plainContractShader } from './kernels/contract-plain.ts';
import { isPlain, partialElements } from './kernels/contraction-plan.ts';
import { mapShader } from './kernels/map.ts';
import { reduceShader } from './kernels/reduce.ts';
import { scatterShader } from './kernels/scatter.ts';
import { HEADER_SIZE } from './run-header.ts';
import { type Shader, type ShaderContext, shaderContext } from './shader.ts';

export interface Call {
  /** Index of the shader. */
  readonly shader: number;
  /** Start of each of its buffers in the arena, in elements. */
  readonly bases: readonly number[];
}

export interface EntryCode {
  readonly name: string;
  readonly batch: number;
  readonly recordCount: number;
  /** Runs before every step and once after the last. */
  readonly advance: Call;
  readonly calls: readonly Call[];
}

export interface ProgramCode {
  readonly shaders: readonly Shader[];
  readonly entries: readonly EntryCode[];
  readonly addresses: RunAddresses;
  readonly plan: MemoryPlan;
  /** Size of the arena. */
  readonly bytes: number;
}

interface Layout {
  readonly addresses: RunAddresses;
  /** Start of the partial sums of split contractions, in elements. */
  readonly partials: number;
  readonly plan: MemoryPlan;
}

function layOut(program: Program, lowered: LoweredProgram, shares: boolean): Layout {
  let end = HEADER_SIZE;
  /** @returns the start, in elements */
  const take = (count: number) => {
    const at = end;
    end += Math.ceil(count / 16) * 16;
    return at;
  };
  const widest = Math.max(0, ...lowered.entries.map((entry) => entry.recordCount));
  const addresses = {
    order: take(program.rows),
    scalars: take(program.maxSteps * program.scalars.length + program.scalars.length),
    records: take(program.maxSteps * widest),
  };
  const kernels = lowered.entries.flatMap((entry) => entry.kernels);
  const partials = take(
    kernels.reduce(
      (most, kernel) => Math.max(most, kernel.form === 'contract' ? partialElements(kernel, shares) : 0),
      0,
    ),
  );
  return { addresses, partials, plan: planMemory(lowered, end * 4) };
}

/** Bytes that a program needs on a GPU, computed without generating code. */
export function arenaBytes(program: Program): number {
  return layOut(program, lower(program), true).plan.bytes;
}

/** @param shares see ShaderContext */
export function generate(program: Program, lowered: LoweredProgram, shares = true): ProgramCode {
  const { addresses, partials, plan } = layOut(program, lowered, shares);
  const shaders: Shader[] = [advanceShader];
  const known = new Map<string, number[]>();
  const element = (buffer: number) => plan.addresses[buffer]! / 4;

  /** The shaders of a kernel's dispatches, in order. */
  const shadersOf = (signature: string, kernel: Kernel, buffers: readonly number[]): number[] => {
    let numbers = known.get(signature);
    if (numbers === undefined) {
      const made = kernelShaders(kernel, () => shaderContext(buffers, shares), shares);
      numbers = made.map((shader) => shaders.push(shader) - 1);
      known.set(signature, numbers);
    }
    return numbers;
  };

  const callsOf = (from: Kernel): Call[] => {
    const { kernel, bases } = rebase(from);
    const { signature, buffers } = signatureOf(kernel);
    const given = [...buffers.map((buffer) => element(buffer) + (bases.get(buffer) ?? 0)), partials];
    return shadersOf(signature, kernel, buffers).map((number) => ({ shader: number, bases: given }));
  };

  const entries = lowered.entries.map(
    ({ name, batch, prologue, kernels, epilogue, recordCount }): EntryCode => ({
      name,
      batch,
      recordCount,
      advance: { shader: 0, bases: advanceBases(addresses, [...prologue, ...epilogue], element) },
      calls: kernels.flatMap(callsOf),
    }),
  );
  return { shaders, entries, addresses, plan, bytes: plan.bytes };
}

/** @param context creates a context per shader, since each collects the functions its shader calls */
function kernelShaders(kernel: Kernel, context: () => ShaderContext, shares: boolean): Shader[] {
  switch (kernel.form) {
    case 'map':
      return [mapShader(kernel, context())];
    case 'reduce':
      return [reduceShader(kernel, context())];
    case 'scatter':
      return [scatterShader(kernel, context())];
    case 'contract': {
      if (isPlain(kernel, shares)) return [plainContractShader(kernel, context())];
      const main = contractShader(kernel, context());
      return partialElements(kernel, shares) === 0 ? [main] : [main, partialsShader(kernel, context())];
    }
  }
}
