import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ErrorBody } from '#contracts/errors.ts';
import type { App } from '../../../services/api/context.ts';
import { bareApp } from '../bare-app.ts';

let app: App;
beforeAll(async () => {
  app = await bareApp();
});
afterAll(() => app.close());

async function validate(payload: object) {
  const reply = await app.inject({ method: 'POST', url: '/models/validate', payload });
  return { status: reply.statusCode, body: reply.json() };
}

async function problems(layers: unknown[], input: unknown = { shape: [10] }) {
  const { status, body } = await validate({ input, layers });
  expect(status).toBe(400);
  const { error } = ErrorBody.parse(body);
  expect(error.code).toBe('invalid_model');
  return error.details;
}

const linear = (args: object) => ({ type: 'Linear', ...args });

describe('POST /models/validate', () => {
  it("reports every layer's shapes and parameters, and the summary that torch prints", async () => {
    const { status, body } = await validate({
      name: 'MyFirstNN',
      input: { shape: [10] },
      layers: [
        linear({ name: 'layer1', out_features: 64 }),
        { type: 'ReLU', name: 'relu' },
        linear({ name: 'layer2', out_features: 2 }),
      ],
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'model.report',
      output_shape: [2],
      parameters: 10 * 64 + 64 + 64 * 2 + 2,
      parameter_bytes: 4 * (10 * 64 + 64 + 64 * 2 + 2),
      model: { layers: [{ in_features: 10, bias: true }, {}, { in_features: 64 }] },
      layers: [
        { name: 'layer1', input_shape: [10], output_shape: [64], parameters: 704 },
        { name: 'relu', parameters: 0 },
        { name: 'layer2', input_shape: [64], output_shape: [2], parameters: 130 },
      ],
    });
    expect(body.summary).toBe(
      [
        'MyFirstNN(',
        '  (layer1): Linear(in_features=10, out_features=64, bias=True)',
        '  (relu): ReLU()',
        '  (layer2): Linear(in_features=64, out_features=2, bias=True)',
        ')',
      ].join('\n'),
    );
  });

  it('reports all problems at once, each with its path, and the nearest known name for each unknown one', async () => {
    const details = await problems([
      linear({ out_features: 4, in_features: 9 }),
      { type: 'Lineer', out_features: 4 },
      linear({ outfeatures: 4, out_features: 4 }),
      'REELU',
      linear({ out_features: 0 }),
    ]);
    const told = Object.fromEntries(details.map(({ param, message }) => [param, message]));
    expect(told['model.layers[0].in_features']).toMatch(/9 given, but 10 arrive/);
    expect(told['model.layers[1].type']).toMatch(/did you mean "Linear"/);
    expect(told['model.layers[2].outfeatures']).toMatch(/did you mean "out_features"/);
    expect(told['model.layers[3]']).toMatch(/did you mean "ReLU"/);
    expect(told['model.layers[4].out_features']).toMatch(/at least 1/);
  });

  it.each([0, -1, 1.5, 1e9, 'four', null])('refuses %j units', async (out_features) => {
    const details = await problems([linear({ out_features })]);
    expect(details).toHaveLength(1);
    expect(details[0]?.param).toBe('model.layers[0].out_features');
    if (out_features === 1e9) expect(details[0]?.message).toMatch(/1000000/);
  });

  it('refuses more parameters than the limit before allocating any', async () => {
    const wide = linear({ out_features: 1_000_000 });
    const details = await problems([wide, wide], { shape: [1_000_000] });
    expect(details.length).toBeGreaterThan(0);
    expect(details[0]?.message).toMatch(/limit/);
  });

  it.each([[[]], [[0]], [[-1]], [[1.5]], [[1e9]], ['10'], [[2, 'x']]])(
    'refuses the input shape %j',
    async (shape) => {
      const details = await problems(['ReLU'], { shape });
      expect(details[0]?.param).toMatch(/^model\.input\.shape/);
    },
  );

  it.each(['a\0b', 'a\ud800', '', 'x'.repeat(201)])(
    'refuses the name %j, of the model and of a layer',
    async (name) => {
      const { body } = await validate({ name, input: { shape: [2] }, layers: [{ type: 'ReLU', name }] });
      const params = body.error.details.map(({ param }: { param: string }) => param);
      expect(params.sort()).toEqual(['model.layers[0].name', 'model.name']);
    },
  );

  it.each([[[]], ['ReLU'], [null], [{}]])('refuses %j as layers', async (layers) => {
    const { status, body } = await validate({ input: { shape: [2] }, layers });
    expect(status).toBe(400);
    expect(body.error.param).toBe('model.layers');
  });

  it('refuses a body that is not an object', async () => {
    const { status, body } = await validate([1]);
    expect(status).toBe(400);
    expect(body.error.param).toBe('model');
  });
});
