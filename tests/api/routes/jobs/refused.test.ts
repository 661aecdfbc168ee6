// POST /jobs with invalid jobs: every problem is named by its path, and nothing is stored.

import { describe, expect, it } from 'vitest';
import { ErrorBody } from '#contracts/errors.ts';
import { jobBody } from '../../running-api.ts';
import { add, api } from './api.ts';

const linear = (args: object) => ({ type: 'Linear', ...args });
const withLayers = (...layers: unknown[]) => ({ model: { input: { shape: [2] }, layers } });
const withTraining = (change: object) => ({
  training: { loss: 'CrossEntropyLoss', epochs: 2, ...change },
});

describe('an invalid job', () => {
  /** Expects a refusal in the contract's form, with nothing stored and nothing queued. */
  async function refused(body: unknown, headers: Record<string, string> = {}) {
    const count = async () => ({
      jobs: (await api.get('/jobs?limit=100')).body.data.length,
      datasets: (await api.get('/datasets?limit=100')).body.data.length,
    });
    const before = await count();
    const answer = await api.post('/jobs', body, headers);
    expect(answer.status).toBe(400);
    expect(await count()).toEqual(before);
    expect(add).not.toHaveBeenCalled();
    return ErrorBody.parse(answer.body).error;
  }

  const bad: [what: string, change: Record<string, unknown>, param: string, message: RegExp][] = [
    ['an unknown layer', withLayers('Linea'), 'model.layers[0]', /did you mean "Linear"/],
    ['an unknown key', { epochs: 3 }, 'epochs', /unknown key "epochs"/],
    [
      'an unknown key of a layer',
      withLayers(linear({ out_features: 2, biass: true })),
      'model.layers[0].biass',
      /did you mean "bias"/,
    ],
    [
      'an unknown optimizer',
      withTraining({ optimizer: 'Adamm' }),
      'training.optimizer',
      /did you mean "Adam"/,
    ],
    [
      'an unknown loss',
      withTraining({ loss: 'CrosEntropy' }),
      'training.loss',
      /did you mean "CrossEntropyLoss"/,
    ],
    [
      'an unknown argument of the optimizer',
      withTraining({ optimizer: { type: 'SGD', momentun: 0.9 } }),
      'training.optimizer.momentun',
      /did you mean "momentum"/,
    ],
    [
      'in_features that do not fit',
      withLayers(linear({ in_features: 3, out_features: 2 })),
      'model.layers[0].in_features',
      /3 given, but 2 arrive/,
    ],
    ['zero units', withLayers(linear({ out_features: 0 })), 'model.layers[0].out_features', /at least 1/],
    [
      'negative units',
      withLayers(linear({ out_features: -1 })),
      'model.layers[0].out_features',
      /at least 1/,
    ],
    [
      'a fraction of a unit',
      withLayers(linear({ out_features: 1.5 })),
      'model.layers[0].out_features',
      /whole number/,
    ],
    ['a billion units', withLayers(linear({ out_features: 1e9 })), 'model.layers[0].out_features', /limit/],
    ['zero epochs', withTraining({ epochs: 0 }), 'training.epochs', /./],
    ['an empty batch', withTraining({ batch_size: 0 }), 'training.batch_size', /./],
    [
      'a validation split of everything',
      withTraining({ validation_split: 1 }),
      'training.validation_split',
      /./,
    ],
    [
      'a loss that does not fit the output',
      { ...withLayers(linear({ out_features: 3 })), ...withTraining({ loss: 'BCEWithLogitsLoss' }) },
      'training.loss',
      /./,
    ],
    [
      'a target beyond the classes',
      {
        dataset: {
          inputs: [
            [0, 0],
            [1, 1],
          ],
          targets: [0, 2],
        },
      },
      'dataset.targets[1]',
      /2/,
    ],
    [
      'a negative class',
      {
        dataset: {
          inputs: [
            [0, 0],
            [1, 1],
          ],
          targets: [0, -1],
        },
      },
      'dataset.targets[1]',
      /-1/,
    ],
    [
      'a fractional class',
      {
        dataset: {
          inputs: [
            [0, 0],
            [1, 1],
          ],
          targets: [0.5, 1],
        },
      },
      'dataset.targets[0]',
      /0\.5|whole/,
    ],
    [
      'a dataset of another width',
      { dataset: { inputs: [[0], [1]], targets: [0, 1] } },
      'model.input.shape',
      /./,
    ],
    [
      'a ragged inline dataset',
      { dataset: { inputs: [[0, 0], [1]], targets: [0, 1] } },
      'dataset.inputs[1]',
      /./,
    ],
    ['an unknown dataset', { dataset: 'ds_00000000000000000000000000' }, 'dataset', /no dataset/],
    ['a string that is no dataset id', { dataset: 'iris\0' }, 'dataset', /no dataset/],
    ['a NUL in its name', { name: 'a\0b' }, 'name', /NUL/],
    ['a lone surrogate in its name', { name: 'a\udc00b' }, 'name', /surrogate/],
    ['a NUL in its metadata', { metadata: { team: '\0' } }, 'metadata.team', /NUL/],
    ['a fractional seed', { seed: 0.5 }, 'seed', /./],
    ['an unknown device', { device: 'tpu' }, 'device', /./],
    ['a missing model', { model: undefined }, 'model', /./],
    ['a null model', { model: null }, 'model', /./],
  ];
  it.each(bad)('is refused for %s, named by its path', async (_what, change, param, message) => {
    const error = await refused(jobBody(change));
    const detail = error.details.find((each) => each.param === param);
    expect(detail, `${param} in ${JSON.stringify(error.details)}`).toBeDefined();
    expect(detail?.message).toMatch(message);
  });

  it('has all its problems reported at once', async () => {
    const error = await refused({
      name: '',
      model: { input: { shape: [2] }, layers: [linear({ out_features: 0 }), 'Rleu'] },
      dataset: { inputs: [[1, 2], [3]], targets: [0, 1] },
      training: { loss: 'MSEE', epochs: 0, optimzer: 'Adam' },
      colour: 'blue',
    });
    expect(error.code).toBe('invalid_request');
    const params = error.details.map(({ param }) => param);
    for (const param of [
      'name',
      'colour',
      'model.layers[0].out_features',
      'model.layers[1]',
      'dataset.inputs[1]',
      'training.loss',
      'training.epochs',
      'training.optimzer',
    ]) {
      expect(params).toContain(param);
    }
  });

  it('gets an error code of its own if only one part is invalid', async () => {
    expect((await refused(jobBody(withLayers('Linea')))).code).toBe('invalid_model');
    expect((await refused(jobBody({ dataset: 'ds_x' }))).code).toBe('invalid_dataset');
  });

  it.each(['[]', '"job"', 'null', '7', ''])('is refused if the body is %j', async (body) => {
    expect((await refused(body, { 'content-type': 'application/json' })).param).toBe('body');
  });
});
