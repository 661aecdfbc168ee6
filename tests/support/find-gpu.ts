// Runs before all tests: finds the adapter for the WebGPU suites. Every test process starts with the environment that the software adapter
// (installed by npm alone) needs; if even that one is not found, this prints a notice or fails.

import { execFileSync } from 'node:child_process';
import { softwareAdapterEnvironment } from '../../services/worker/software-adapter.ts';

const PROBE = `
import { findAdapter } from '#engine/backends/webgpu/adapter.ts';
const { adapter, summary, reason } = await findAdapter();
console.log(adapter === null ? '!' + reason : summary.description + (summary.software ? ' (software)' : ''));
process.exit(0);`;

export async function findGpu(): Promise<void> {
  let answer: string;
  try {
    Object.assign(process.env, await softwareAdapterEnvironment());
    // In a separate process: the driver's location must be in the environment before the process starts.
    const args = ['--input-type=module-typescript', '--eval', PROBE];
    answer = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim();
  } catch (error) {
    answer = `!${error instanceof Error ? error.message : error}`;
  }
  if (!answer.startsWith('!')) {
    console.log(`WebGPU adapter of the tests: ${answer}`);
    return;
  }
  const message = `no WebGPU adapter (${answer.slice(1)}): the tests on it`;
  if (process.env.REQUIRE_WEBGPU === '1') throw new Error(`${message} cannot run, and REQUIRE_WEBGPU=1`);
  console.warn(`SKIP  ${message} are skipped (REQUIRE_WEBGPU=1 makes this a failure)`);
  process.env.EPOCHD_TESTS_WITHOUT_GPU = '1';
}
