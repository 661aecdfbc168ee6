// Bundled for a browser by engine.test.ts: runs every case of every op there and compares it with the reference.

import { reference } from '#engine/backends/reference/reference.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { ops } from '#engine/ops/index.ts';
import { compileCase, difference, inputsOf, runCase, weightsOf } from '../engine/op-cases.ts';

export interface OpsReport {
  cases: number;
  fingerprint: string;
  failures: string[];
}

/** Same tolerances as in the ops suite. */
export async function runOps(): Promise<OpsReport> {
  const failures: string[] = [];
  let cases = 0;
  for (const op of Object.values(ops)) {
    for (const testCase of op.cases) {
      cases += 1;
      const [inputs, w] = [inputsOf(testCase), weightsOf(op, testCase)];
      const results = [];
      for (const backend of [wasm, reference]) {
        const exe = await compileCase(backend, op, testCase);
        await runCase(exe, inputs, w);
        const gradients = op.gradient === null ? [] : inputs.map((_, i) => exe.read(`g${i}`));
        results.push({ y: await exe.read('y'), gradients: await Promise.all(gradients) });
        exe.dispose();
      }
      const [tried, oracle] = results as [(typeof results)[0], (typeof results)[0]];
      const errors = oracle.gradients.map((g, i) => difference(tried.gradients[i]!, g));
      if (!(difference(tried.y, oracle.y) < 2e-6) || !errors.every((error) => error < 1e-5)) {
        failures.push(`${op.name} of ${JSON.stringify(testCase)}`);
      }
    }
  }
  return { cases, fingerprint: wasm.fingerprint, failures };
}

(globalThis as { runOps?: typeof runOps }).runOps = runOps;
