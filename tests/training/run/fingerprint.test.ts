// Programs that would give different bits have different fingerprints.

import { expect, it } from 'vitest';
import type { Backend } from '#engine/backends/backend.ts';
import { reference } from '#engine/backends/reference/reference.ts';
import { wasm } from '#engine/backends/wasm/wasm.ts';
import { add, constant } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';
import { compileJob } from '#training/job/compile.ts';
import { programOf } from '#training/job/program-of.ts';
import { fingerprintOf } from '#training/run/fingerprint.ts';
import { smallJob } from '../job.ts';

function adding(value: number) {
  const program = new ProgramBuilder().state('x', [3]);
  program.entry('e', 1, (entry) => entry.assign('x', add(entry.state('x'), constant(entry.graph, value))));
  return program.build();
}

it('differs for every constant, including those that JSON cannot represent', () => {
  const values = [0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const seen = values.map((value) => fingerprintOf(reference, adding(value)));
  expect(new Set(seen).size).toBe(values.length);
});

it('covers the graph as built, whatever compiling adds to it', async () => {
  const { spec, table } = await smallJob();
  const { program } = programOf(spec, table.info);
  const job = await compileJob(spec, table, wasm);
  expect(job.fingerprint).toBe(fingerprintOf(wasm, program));
});

it('differs for a backend with another numerics version', () => {
  const later: Backend = { ...wasm, fingerprint: `${wasm.fingerprint}0` };
  expect(wasm.fingerprint).toMatch(/-\d+$/);
  expect(fingerprintOf(later, adding(1))).not.toBe(fingerprintOf(wasm, adding(1)));
});
