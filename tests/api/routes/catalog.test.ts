import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CatalogEntry, CatalogKind } from '#contracts/catalog.ts';
import { augmentations } from '#training/augment/index.ts';
import { layers } from '#training/layers/index.ts';
import { layerKeys } from '#training/layers/keys.ts';
import { losses } from '#training/losses/index.ts';
import { schemaOf } from '#training/model/component.ts';
import { optimizers } from '#training/optimizers/index.ts';
import { schedulers } from '#training/schedulers/index.ts';
import { COMMON } from '#training/schedulers/scheduler.ts';
import { bareApp } from '../bare-app.ts';

let app: FastifyInstance;
beforeAll(async () => {
  app = (await bareApp()) as unknown as FastifyInstance;
});
afterAll(() => app.close());

async function entriesOf(kind: string): Promise<CatalogEntry[]> {
  const reply = await app.inject(`/catalog/${kind}`);
  expect(reply.statusCode).toBe(200);
  const { object, data, has_more } = reply.json();
  expect({ object, has_more }).toEqual({ object: 'list', has_more: false });
  return CatalogEntry.array().parse(data);
}

interface ObjectSchema {
  properties: Record<string, { default?: unknown; const?: unknown }>;
  required: string[];
  additionalProperties: unknown;
}
const schemaIn = (entry: CatalogEntry) => entry.schema as unknown as ObjectSchema;

describe('GET /catalog/{kind}', () => {
  it.each([
    ['layers', layers],
    ['losses', losses],
    ['optimizers', optimizers],
    ['schedulers', schedulers],
    ['augmentations', augmentations],
  ] as const)('lists all %s, in the order of their registry', async (kind, registry) => {
    expect((await entriesOf(kind)).map(({ type }) => type)).toEqual([...registry.members.keys()]);
  });

  it.each(CatalogKind.options)(
    'has a one-line help text and a strict schema for each of the %s',
    async (kind) => {
      for (const entry of await entriesOf(kind)) {
        expect(entry.help, entry.type).toMatch(/^\S[^\n]{5,}$/);
        if (kind === 'metrics') {
          expect(entry.schema).toMatchObject({ type: 'string', const: entry.type });
          continue;
        }
        expect(schemaIn(entry).additionalProperties, entry.type).toBe(false);
        expect(schemaIn(entry).properties.type, entry.type).toMatchObject({ const: entry.type });
      }
    },
  );

  it("shows torch's defaults for Adam, and the required arguments of Linear", async () => {
    const adam = (await entriesOf('optimizers')).find(({ type }) => type === 'Adam')!;
    const { properties, required } = schemaIn(adam);
    expect(properties).toMatchObject({
      lr: { default: 0.001 },
      betas: { default: [0.9, 0.999] },
      eps: { default: 1e-8 },
      weight_decay: { default: 0 },
      amsgrad: { default: false },
    });
    expect(required).toEqual(['type']);
    const linear = (await entriesOf('layers')).find(({ type }) => type === 'Linear')!;
    expect(schemaIn(linear).required).toEqual(['type', 'out_features']);
    expect(schemaIn(linear).properties).toHaveProperty('name');
  });

  it('shows the defaults that a job actually gets', async () => {
    for (const [kind, registry, common] of [
      ['layers', layers, layerKeys],
      ['losses', losses, {}],
      ['optimizers', optimizers, {}],
      ['schedulers', schedulers, COMMON],
      ['augmentations', augmentations, {}],
    ] as const) {
      for (const entry of await entriesOf(kind)) {
        const { properties, required } = schemaIn(entry);
        if (required.length > 1) continue;
        const read = schemaOf(registry.members.get(entry.type)!, common).parse({ type: entry.type });
        const told = Object.entries(properties).filter(([, property]) => 'default' in property);
        expect(Object.fromEntries(told.map(([key, { default: value }]) => [key, value])), entry.type).toEqual(
          Object.fromEntries(Object.entries(read).filter(([key]) => key !== 'type')),
        );
      }
    }
  });

  it('keeps the defaults of arguments that parsing transforms', async () => {
    const conv = (await entriesOf('layers')).find(({ type }) => type === 'Conv2d')!;
    expect(schemaIn(conv).required).toEqual(['type', 'out_channels', 'kernel_size']);
    expect(schemaIn(conv).properties).toMatchObject({
      stride: { default: 1 },
      padding: { default: 0 },
      dilation: { default: 1 },
      groups: { default: 1 },
      bias: { default: true },
    });
  });

  it.each([
    ['layer', 'did you mean "layers"?'],
    ['optimisers', 'did you mean "optimizers"?'],
    [
      '%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80%F0%9F%98%80',
      'known: layers, losses, optimizers, schedulers, metrics, augmentations',
    ],
  ])('is a 404 that suggests the nearest kind for %s', async (kind, hint) => {
    const reply = await app.inject(`/catalog/${kind}`);
    expect(reply.statusCode).toBe(404);
    expect(reply.json().error).toMatchObject({ code: 'not_found', param: 'kind' });
    expect(reply.json().error.message).toContain(hint);
  });
});
