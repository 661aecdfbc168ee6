// Products of square float32 matrices against torch's BLAS, alternating, on one thread and on all: `npm run bench -- gemm`, or `npm run
// bench -- gemm 256 2048` for other sizes. Each product is checked against double-precision sums before it is timed.

import { availableParallelism } from 'node:os';
import { threadedBackend } from '#training/backend.ts';
import { median } from './step/compare.ts';
import { findTorch, openTorchProducts } from './step/peer.ts';
import { openProduct } from './step/product.ts';

const SIZES = ['512', '1024'];
const ROUNDS = 7;
const SECONDS = 0.3;

export async function bench(args: string[]): Promise<void> {
  const sizes = (args.length > 0 ? args : SIZES).map(Number);
  if (sizes.some((n) => !(Number.isInteger(n) && n > 0 && n <= 8192)))
    throw new Error(`npm run bench -- gemm [N …]: rows and columns, from 1 to 8192, not ${args.join(' ')}`);
  const python = findTorch();
  const torch = python === null ? null : await openTorchProducts(python);
  const backends = [...new Set([1, availableParallelism()])].map(
    (threads) => [threads, threadedBackend(threads)] as const,
  );
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(
    `GFLOP/s of one product, medians of ${ROUNDS} rounds; beside torch ${torch?.version ?? '(not here)'} with ${torch?.blas ?? 'nothing'}`,
  );
  say('    n   threads   ours   torch   ratio');
  try {
    for (const n of sizes) {
      for (const [threads, backend] of backends) {
        const ours = await openProduct(n, backend, 4);
        const [own, theirs]: [number[], number[]] = [[], []];
        for (let round = 0; round < ROUNDS; round++) {
          own.push(await ours.time(SECONDS));
          if (torch !== null) theirs.push(await torch.time(n, threads, SECONDS));
        }
        ours.close();
        const rate = (micros: number) => (2 * n ** 3) / micros / 1000;
        const cells = [
          String(n).padStart(5),
          String(ours.threads).padStart(9),
          rate(median(own)).toFixed(0).padStart(6),
        ];
        if (torch !== null) {
          const ratio = median(theirs.map((their, i) => their / own[i]!));
          cells.push(rate(median(theirs)).toFixed(0).padStart(7), `${ratio.toFixed(2)}×`.padStart(7));
        }
        say(cells.join(' '));
      }
    }
  } finally {
    await torch?.close();
  }
}
