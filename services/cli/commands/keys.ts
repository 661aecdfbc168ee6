// epochd keys: manages API keys. For the operator, whose key is EPOCHD_API_KEY.

import { InvalidArgumentError } from 'commander';
import type { ApiKeyChange } from '#contracts/keys/key-change.ts';
import type { ApiKey, NewApiKey } from '#contracts/keys/keys.ts';
import type { AddCommand } from '../command.ts';
import type { CliContext } from '../context.ts';
import { CliError, EXIT } from '../exit-codes.ts';
import { wholeNumber } from '../options.ts';
import { formatTable } from '../terminal/table.ts';

interface CreateOptions {
  tenant?: string;
  limits?: NewApiKey['limits'];
}

/** Only parses the JSON; the service validates the limits. */
function readLimits(text: string): NewApiKey['limits'] {
  try {
    return JSON.parse(text) as NewApiKey['limits'];
  } catch {
    throw new InvalidArgumentError('expected JSON such as {"running_jobs": 2}');
  }
}

function show({ json, emit, print }: CliContext, keys: readonly ApiKey[]): undefined {
  const headings = ['ID', 'NAME', 'TENANT', 'KEY', 'CREATED', 'LAST USED', 'REVOKED'];
  const rows = keys.map(({ id, name, tenant, hint, created_at, last_used_at, revoked_at }) => [
    id,
    name,
    tenant,
    `…${hint}`,
    created_at,
    last_used_at ?? '',
    revoked_at ?? '',
  ]);
  if (json) for (const key of keys) emit(key);
  else for (const line of formatTable(headings, rows)) print(line);
  return undefined;
}

export const keys: AddCommand = (program, run) => {
  const group = program
    .command('keys')
    .description('list, create, change and revoke API keys (for operators)');
  group
    .command('list', { isDefault: true })
    .description('list keys, newest first')
    .option('--limit <count>', 'maximum number to list', wholeNumber, 20)
    .action(
      run(async (context, { limit }: { limit: number }) =>
        show(context, (await context.client.keys.list({ limit })).data),
      ),
    );
  group
    .command('create <name>')
    .description('create a key and print it; it is shown only once')
    .option('--tenant <tenant>', 'tenant whose datasets and jobs the key can access (default: "default")')
    .option('--limits <json>', 'limits, such as {"running_jobs": 2} (docs/security.md)', readLimits)
    .action(
      run(async ({ client, json, emit, print, stderr }, name: string, options: CreateOptions) => {
        const created = await client.keys.create({ name, ...options });
        const { id, key } = created;
        if (key === null) {
          const why = 'the reply with the key was lost, and it is shown only once';
          throw new CliError(`${why}: revoke ${id} and create another`, EXIT.failed);
        }
        if (json) emit(created);
        else print(key);
        // On stderr, so that stdout holds only the key and a script can capture it.
        stderr.write(`${id}, for the tenant ${created.tenant}; the key is not shown again\n`);
        return undefined;
      }),
    );
  group
    .command('change <id>')
    .description('change the name or limits of a key; omitted settings are kept')
    .option('--name <name>', 'new name')
    .option(
      '--limits <json>',
      'limits to change, such as {"running_jobs": 8}; null removes a limit',
      readLimits,
    )
    .action(
      run(async (context, id: string, change: ApiKeyChange) => {
        if (Object.keys(change).length === 0)
          throw new CliError('nothing to change: give --name or --limits', EXIT.usage);
        const changed = await context.client.keys.change(id, change);
        if (!context.json) context.print(`${id}: ${changed.name}, limits ${JSON.stringify(changed.limits)}`);
        else context.emit(changed);
        return undefined;
      }),
    );
  group
    .command('revoke <id...>')
    .description('revoke keys and close the streams they opened')
    .action(
      run(async (context, ids: string[]) => {
        const revoked: ApiKey[] = [];
        for (const id of ids) revoked.push(await context.client.keys.revoke(id));
        return show(context, revoked);
      }),
    );
};
