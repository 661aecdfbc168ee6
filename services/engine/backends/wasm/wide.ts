// Opens the widest WebAssembly backend that this machine and this V8 allow. V8 on x64 can fuse pairs of 128-bit vectors into 256-bit ones
// (AVX2) if a flag is set before anything is compiled: contractions run about twice as fast, with the same bits, because every element
// still goes through the same operations in the same order. This file checks that, and falls back to the plain backend if it does not hold,
// or if it is slower because AVX2 is missing.

import { readFileSync } from 'node:fs';
import v8 from 'node:v8';
import { add, exp, matmul, relu } from '../../functions.ts';
import { ProgramBuilder } from '../../program.ts';
import { uniforms } from '../../random.ts';
import type { Backend } from '../backend.ts';
import type { ThreadPool } from './threads/pool.ts';
import { WasmExecutable, wasmBackend } from './wasm.ts';

/** The flag's name in Node 24. V8 prints a warning to standard error for a flag it does not know. */
const FLAG = '--experimental-wasm-revectorize';

let wide: boolean | null = null;

/** Whether V8 computes pairs of vectors as one. Determined on the first call, in about 30 ms, for the lifetime of the process. */
export function computesWide(): boolean {
  wide ??= hasAvx2() && tryWide();
  return wide;
}

/** @param pool additional threads, for programs with enough work */
export function widestWasm(pool: ThreadPool | null = null): Backend {
  return wasmBackend({ wide: computesWide(), pool });
}

function hasAvx2(): boolean {
  if (process.arch !== 'x64') return false;
  // Only Linux reports CPU flags; assume AVX2 elsewhere, as every x64 machine since 2015 has it.
  if (process.platform !== 'linux') return true;
  const flags =
    readFileSync('/proc/cpuinfo', 'utf8')
      .match(/^flags\s*:(.*)$/m)?.[1]
      ?.split(' ') ?? [];
  return flags.includes('avx2') && flags.includes('fma');
}

function tryWide(): boolean {
  const expected = trial(false);
  v8.setFlagsFromString(FLAG);
  const got = trial(true);
  return got.every((word, i) => word === expected[i]);
}

/** Output bits of a small network, run long enough for V8 to compile it with its optimizing compiler. */
function trial(wide: boolean): Uint32Array {
  const [rows, width, depth] = [13, 45, 33];
  const program = new ProgramBuilder({ maxSteps: 64 });
  program.state('a', [rows, depth]).state('b', [depth, width]).state('c', [width]);
  program.entry('trial', 1, (entry) => {
    const product = matmul(entry.state('a'), entry.state('b'));
    entry.output('y', exp(relu(add(product, entry.state('c')))));
  });
  const exe = new WasmExecutable(program.build(), { wide, pool: null });
  for (const [stream, [name, count]] of Object.entries({
    a: rows * depth,
    b: depth * width,
    c: width,
  }).entries()) {
    exe.write(
      name,
      Float32Array.from(uniforms(1, stream, count), (u) => u - 0.5),
    );
  }
  const until = performance.now() + 8;
  while (performance.now() < until)
    exe.runNow('trial', { steps: 64, cursor: 0, counter: 0, scalars: new Float32Array(0) });
  return new Uint32Array(exe.readNow('y').buffer);
}
