// Tiled contractions; contraction-plan.ts decides the tiling. Within a split, k is summed in ascending order with fused multiply-adds.

import { coefficient } from '../../../affine.ts';
import type { Affine } from '../../../expression.ts';
import type { ContractKernel, Operand } from '../../../lower/kernel.ts';
import { sizeOf } from '../../../shape.ts';
import { decode, type Shader, type ShaderContext, shader, storeLines } from '../shader.ts';
import { addressPart, type Names, namesOf, resultsOf } from './contract-names.ts';
import { type ContractionPlan, planContraction } from './contraction-plan.ts';
import { elementShader } from './elements.ts';

/** A WGSL function from a flat index over one group of loop variables to the group's part of an address. */
function addressFunction(
  name: string,
  address: Affine,
  names: Names,
  group: readonly string[],
  sizes: readonly number[],
): string {
  return `fn ${name}(flat: i32) -> i32 {
  ${decode('flat', sizes, group)}
  return ${addressPart(address, names, group)};
}`;
}

/**
 * WGSL that loads a tile of an operand into workgroup memory as [tileK][width].
 * @param kInner whether adjacent threads load adjacent steps of k, rather than adjacent rows
 */
function bring(
  target: 'tile_a' | 'tile_b',
  { tileK, threads }: ContractionPlan,
  width: number,
  limit: number,
  kInner: boolean,
  base: string,
): string {
  const each = Math.ceil((tileK * width) / threads);
  const letter = target.at(-1);
  const line = (i: number) => {
    const at = `lane + ${i * threads}`;
    const [kk, w] = kInner
      ? [`(${at}) % ${tileK}`, `(${at}) / ${tileK}`]
      : [`(${at}) / ${width}`, `(${at}) % ${width}`];
    const guard = (tileK * width) % threads === 0 ? '' : `if (${at} < ${tileK * width}) `;
    return `${guard}{
      let kk = ${kk}; let w = ${w};
      let inside = start + kk < until && first_${letter} + w < ${limit};
      var value = 0.0;
      if (inside) { value = bitcast<f32>(arena[${base} + outer_${letter}(first_${letter} + w) + k_${letter}(start + kk)]); }
      ${target}[kk * ${width} + w] = value;
    }`;
  };
  return Array.from({ length: each }, (_, i) => line(i)).join('\n    ');
}

/** The contraction itself or, if it is split, its partial sums, which go to `partials` as [splits, batch, m, n]. */
export function contractShader(kernel: ContractKernel, context: ShaderContext): Shader {
  const plan = planContraction(kernel);
  const { tileM, tileN, tileK, threadM, threadN, tilesM, tilesN, batches, splits, partK, threads } = plan;
  const names = namesOf(kernel);
  const [rows, columns, depth] = [kernel.m, kernel.n, kernel.k].map(sizeOf) as [number, number, number];
  const innerK = names.batch.length + names.m.length + names.n.length + names.k.length - 1;
  const innerM = names.batch.length + names.m.length - 1;
  const innerN = innerM + names.n.length;
  const base = ({ buffer, address }: Operand) => `${context.bases(buffer)} + ${address.offset} + batch_`;
  const isNear = (operand: Operand, v: number) => Math.abs(coefficient(operand.address, v)) === 1;
  const store =
    splits === 1
      ? `${decode('batch', kernel.batch, names.batch)}
  ${decode('row', kernel.m, names.m)}
  ${decode('column', kernel.n, names.n)}
  ${storeLines(context, [kernel.store], resultsOf(kernel, names).names, 'core')}`
      : `arena[${context.partials} + ((split * ${batches} + batch) * ${rows} + row) * ${columns} + column] = bitcast<u32>(core);`;
  const declarations = `
var<workgroup> tile_a: array<f32, ${tileK * tileM}>;
var<workgroup> tile_b: array<f32, ${tileK * tileN}>;
${addressFunction('outer_a', kernel.a.address, names, names.m, kernel.m)}
${addressFunction('outer_b', kernel.b.address, names, names.n, kernel.n)}
${addressFunction('k_a', kernel.a.address, names, names.k, kernel.k)}
${addressFunction('k_b', kernel.b.address, names, names.k, kernel.k)}
${addressFunction('batch_a_of', kernel.a.address, names, names.batch, kernel.batch)}
${addressFunction('batch_b_of', kernel.b.address, names, names.batch, kernel.batch)}
fn finish(split: i32, batch: i32, row: i32, column: i32, core: f32) {
  if (row >= ${rows} || column >= ${columns}) { return; }
  ${store}
}`;
  const threadsN = tileN / threadN;
  const range = (count: number) => Array.from({ length: count }, (_, i) => i);
  const cells = range(threadM).flatMap((i) => range(threadN).map((j) => [i, j] as const));
  const body = `
  let tile = group % ${tilesM * tilesN};
  let batch = (group / ${tilesM * tilesN}) % ${batches};
  let split = group / ${tilesM * tilesN * batches};
  let first_a = (tile / ${tilesN}) * ${tileM};
  let first_b = (tile % ${tilesN}) * ${tileN};
  let batch_a = batch_a_of(batch);
  let batch_b = batch_b_of(batch);
  let until = min(${depth}, (split + 1) * ${partK});
  let row = (lane / ${threadsN}) * ${threadM};
  let column = (lane % ${threadsN}) * ${threadN};
  ${cells.map(([i, j]) => `var c${i}_${j} = 0.0;`).join(' ')}
  for (var start = split * ${partK}; start < until; start += ${tileK}) {
    ${bring('tile_a', plan, tileM, rows, isNear(kernel.a, innerK) || !isNear(kernel.a, innerM), `${base(kernel.a)}a`)}
    ${bring('tile_b', plan, tileN, columns, isNear(kernel.b, innerK) && !isNear(kernel.b, innerN), `${base(kernel.b)}b`)}
    workgroupBarrier();
    for (var kk = 0; kk < ${tileK}; kk++) {
      ${range(threadM)
        .map((i) => `let a${i} = tile_a[kk * ${tileM} + row + ${i}];`)
        .join(' ')}
      ${range(threadN)
        .map((j) => `let b${j} = tile_b[kk * ${tileN} + column + ${j}];`)
        .join(' ')}
      ${cells.map(([i, j]) => `c${i}_${j} = fma(a${i}, b${j}, c${i}_${j});`).join(' ')}
    }
    workgroupBarrier();
  }
  ${cells.map(([i, j]) => `finish(split, batch, first_a + row + ${i}, first_b + column + ${j}, c${i}_${j});`).join('\n  ')}`;
  return shader(context, { declarations, threads, groups: tilesM * tilesN * batches * splits, body });
}

/** Adds up the partial sums of a split contraction in order, and stores the epilogue. */
export function partialsShader(kernel: ContractKernel, context: ShaderContext): Shader {
  const { splits } = planContraction(kernel);
  const { sizes, names } = resultsOf(kernel, namesOf(kernel));
  const partial = `arena[${context.partials} + split * ${sizeOf(sizes)} + flat]`;
  const body = `var core = 0.0;
  for (var split = 0; split < ${splits}; split++) { core += bitcast<f32>(${partial}); }
  ${storeLines(context, [kernel.store], names, 'core')}`;
  return elementShader(context, sizes, names, body);
}
