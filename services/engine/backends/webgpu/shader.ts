// What all shaders share: the arena, the addresses of a call's buffers, and the mapping from workgroup number to loop variables. A kernel's
// shader is its source plus the number of workgroups to dispatch.

import type { Store } from '../../lower/kernel.ts';
import { affineText, type Bases, ExpressionCode, type ExpressionContext } from './expression.ts';
import { type FunctionName, functionTexts } from './functions.ts';

/** WebGPU's limit per dimension of a dispatch. */
export const MOST_GROUPS = 65535;

export interface Shader {
  readonly code: string;
  readonly groups: number;
}

/** What a kernel's code may use of the surrounding program. */
export interface ShaderContext extends ExpressionContext {
  /** WGSL for the start of a contraction's partial sums, the address after those of the kernel's buffers. */
  readonly partials: string;
  /** Number of addresses per call. */
  readonly addresses: number;
  /** Whether kernels may use workgroup memory and barriers, which only cost time on a software adapter. */
  readonly shares: boolean;
}

/** @param slots the kernel's buffers, in the order of their addresses in a call */
export function shaderContext(slots: readonly number[], shares: boolean): ShaderContext {
  const numbers = new Map(slots.map((buffer, i) => [buffer, i]));
  const address = (i: number) => `bases.at[${i >> 2}].${'xyzw'[i & 3]}`;
  const bases: Bases = (buffer) => {
    const at = numbers.get(buffer);
    if (at === undefined) throw new Error(`buffer ${buffer} is not one of the kernel's`);
    return address(at);
  };
  return {
    bases,
    functions: new Set<FunctionName>(),
    partials: address(slots.length),
    addresses: slots.length + 1,
    shares,
  };
}

/** Declares the arena and the call's `count` addresses. */
export function bindings(count: number): string {
  return `
@group(0) @binding(0) var<storage, read_write> arena: array<u32>;
struct Bases { at: array<vec4<i32>, ${Math.max(1, Math.ceil(count / 4))}> }
@group(0) @binding(1) var<uniform> bases: Bases;`;
}

export interface ShaderParts {
  /** Declarations outside the entry point. */
  readonly declarations?: string;
  readonly threads: number;
  readonly groups: number;
  /** Body of the entry point; it may use `group` (i32) and `lane` (i32, within the workgroup). */
  readonly body: string;
}

export function shader(
  context: ShaderContext,
  { declarations = '', threads, groups, body }: ShaderParts,
): Shader {
  const across = Math.min(groups, MOST_GROUPS);
  const code = `${bindings(context.addresses)}
${functionTexts(context.functions)}
${declarations}
@compute @workgroup_size(${threads})
fn main(@builtin(workgroup_id) id: vec3<u32>, @builtin(local_invocation_index) index: u32) {
  let group = i32(id.x + id.y * ${across}u);
  let lane = i32(index);
  ${across * Math.ceil(groups / across) === groups ? '' : `if (group >= ${groups}) { return; }`}
  ${body}
}`;
  return { code, groups };
}

/** WGSL that decomposes the row-major index `flat` into one variable per size. */
export function decode(flat: string, sizes: readonly number[], names: readonly string[]): string {
  const lines: string[] = [];
  let below = 1;
  for (let v = sizes.length - 1; v >= 0; v--) {
    const shifted = below === 1 ? flat : `(${flat} / ${below})`;
    lines.push(`let ${names[v]} = ${v === 0 ? shifted : `${shifted} % ${sizes[v]}`};`);
    below *= sizes[v]!;
  }
  return lines.reverse().join('\n  ');
}

/** WGSL that computes every store's value before storing any: if a store is in place, every load must precede it. */
export function storeLines(
  context: ShaderContext,
  stores: readonly Store[],
  variables: readonly string[],
  core: string | null = null,
): string {
  const code = new ExpressionCode(context, variables, core);
  const values = stores.map(({ value }) => code.put(value));
  const writes = stores.map(
    ({ buffer, address }, i) =>
      `arena[${context.bases(buffer)} + ${affineText(address, variables)}] = bitcast<u32>(${values[i]});`,
  );
  return [...code.lines, ...writes].join('\n  ');
}
