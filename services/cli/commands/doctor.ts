// epochd doctor: checks what epochd can use on this machine, and says how to add what is missing.

import { ConnectionError } from '#client/client.ts';
import type { AddCommand } from '../command.ts';
import type { CliContext, Finding } from '../context.ts';
import { EXIT } from '../exit-codes.ts';

async function serviceAt({ client }: CliContext): Promise<Finding> {
  const what = 'service';
  try {
    await client.jobs.list({ limit: 1 });
    return { what, ok: true, found: `responds at ${client.url}` };
  } catch (error) {
    if (error instanceof ConnectionError) {
      const advice = 'start it here with `epochd start`, or set EPOCHD_URL to where it runs';
      return { what, ok: false, found: `nothing responds at ${client.url}`, advice };
    }
    return { what, ok: false, found: (error as Error).message, advice: 'set EPOCHD_API_KEY to a valid key' };
  }
}

export const doctor: AddCommand = (program, run) => {
  program
    .command('doctor')
    .description('check this machine: Node, SIMD, GPU, Postgres, Redis, disk, service')
    .action(
      run(async (context) => {
        const { json, emit, print, paint, diagnose } = context;
        const findings = [...(await diagnose()), await serviceAt(context)];
        for (const finding of findings) {
          const { what, ok, found, advice } = finding;
          if (json) emit(finding);
          else {
            print(`${ok ? paint('green', '✓') : paint('yellow', '!')} ${what.padEnd(10)} ${found}`);
            if (advice !== undefined) print(`  ${' '.repeat(10)} ${paint('dim', advice)}`);
          }
        }
        return findings.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
      }),
    );
};
