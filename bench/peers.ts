// The training step of fully connected networks against other JavaScript libraries on the CPU, alternating: `npm ci --prefix bench/peers &&
// npm run bench -- peers`, or the names of some workloads. All start with the same weights, and the losses of the first steps must agree
// before anything is timed. Ours runs on one thread, like theirs.

import { defaultBackend } from '#training/backend.ts';
import { median, mustAgree, round } from './step/compare.ts';
import { installedPeers, type JsPeer, openJsPeer, sizesOf } from './step/js-peers.ts';
import { openOurs } from './step/ours.ts';
import { type Workload, workloads } from './step/workloads.ts';

const STEPS = 6;
const ROUNDS = 5;
const SECONDS = 0.5;

export async function bench(names: string[]): Promise<void> {
  const able = workloads.filter((workload) => sizesOf(workload) !== null);
  const unknown = names.filter((name) => !able.some((workload) => workload.name === name));
  if (unknown.length > 0)
    throw new Error(`${unknown.join(', ')}: they can train ${able.map(({ name }) => name).join(', ')}`);
  if (installedPeers().length === 0) throw new Error('nothing to compare with: npm ci --prefix bench/peers');
  process.stdout.write('workload        ours µs   theirs\n');
  for (const workload of able) {
    if (names.length === 0 || names.includes(workload.name)) await beside(workload);
  }
}

async function beside(workload: Workload): Promise<void> {
  const ours = await openOurs(workload, defaultBackend, STEPS);
  const peers: JsPeer[] = [];
  try {
    for (const name of installedPeers()) peers.push(await openJsPeer(name, workload, ours.beginning, STEPS));
    for (const { name, losses } of peers) mustAgree(`${workload.name} in ${name}`, ours.losses, losses);
    const own: number[] = [];
    const theirs = new Map(peers.map((peer) => [peer, [] as number[]]));
    for (let round = 0; round < ROUNDS; round++) {
      own.push(await ours.time(SECONDS));
      for (const [peer, times] of theirs) times.push(await peer.time(SECONDS));
    }
    const cells = [...theirs].map(([{ name }, times]) => {
      const ratio = median(times.map((time, i) => time / own[i]!));
      return `${name}: ${round(median(times))} µs, ${round(ratio)}×`;
    });
    process.stdout.write(
      `${workload.name.padEnd(14)} ${String(round(median(own))).padStart(8)}   ${cells.join('   ')}\n`,
    );
  } finally {
    ours.close();
    for (const peer of peers) await peer.close();
  }
}
