// The code that "copy as" generates for a request.

import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { NewJob } from '#contracts/jobs/job-api.ts';
import { validateModel } from '#training/job/validate-model.ts';
import { asCurl, asPython, asTorch, asTypeScript, python } from '../../services/dashboard/web/job/code.ts';

const REQUEST: NewJob = {
  name: "it's a job",
  model: {
    input: { shape: [1, 8, 8] },
    layers: [
      { type: 'Conv2d', name: 'conv', out_channels: 4, kernel_size: 3 },
      'ReLU',
      'Flatten',
      { type: 'Linear', name: 'head', out_features: 3, bias: false },
    ],
  },
  dataset: 'ds_x',
  training: {
    loss: { type: 'CrossEntropyLoss', label_smoothing: 0.1 },
    optimizer: { type: 'Adam', lr: 0.001, betas: [0.9, 0.999], amsgrad: false },
    scheduler: { type: 'StepLR', step_size: 3, interval: 'epoch' },
    epochs: 7,
    batch_size: 16,
    shuffle: true,
    clip_grad_norm: 1,
  },
  seed: 5,
};
const URL_HERE = 'http://127.0.0.1:3000';

test('curl: a shell passes the exact request on, quotes included', () => {
  const command = asCurl(URL_HERE, REQUEST).replace(/^curl -s/, 'printf "%s\\n"');
  const given = execFileSync('sh', ['-c', command], { encoding: 'utf8' });
  expect(JSON.parse(given.slice(given.indexOf('-d\n') + 3))).toEqual(REQUEST);
});

test('Python has True, None, lists and dicts in its own syntax', () => {
  expect(python({ a: [1, true, null], b: 'x"y', c: { d: 1e-8 } })).toBe(
    '{"a": [1, True, None], "b": "x\\"y", "c": {"d": 1e-8}}',
  );
  expect(asPython(URL_HERE, REQUEST)).toContain('"name": "it\'s a job"');
});

test('TypeScript has the request as an object literal', () => {
  const code = asTypeScript(URL_HERE, REQUEST);
  const body = code.slice(code.indexOf('create(') + 7, code.indexOf(');\nfor'));
  expect(JSON.parse(body)).toEqual(REQUEST);
});

describe('torch', () => {
  const { report } = validateModel(REQUEST.model);
  const code = asTorch(REQUEST, report!.summary);

  test('standardizes the targets if the job does', () => {
    expect(code).not.toContain('targets.mean');
    const scaled = asTorch(
      { ...REQUEST, preprocess: { inputs: 'none', target: 'standardize' } },
      report!.summary,
    );
    expect(scaled).toContain('targets = (targets - targets.mean(0)) / targets.std(0, correction=0)');
  });

  test('has every layer under its name, with torch’s own arguments', () => {
    expect(code).toContain('("conv", nn.Conv2d(1, 4, kernel_size=(3, 3), stride=(1, 1))),');
    expect(code).toContain('("head", nn.Linear(in_features=144, out_features=3, bias=False)),');
  });

  test('has loss, optimizer, schedule and clipping, and no keys that torch does not know', () => {
    expect(code).toContain('loss_fn = nn.CrossEntropyLoss(label_smoothing=0.1)');
    expect(code).toContain(
      'torch.optim.Adam(model.parameters(), lr=0.001, betas=[0.9, 0.999], amsgrad=False)',
    );
    expect(code).toContain('torch.optim.lr_scheduler.StepLR(optimizer, step_size=3)');
    expect(code).toContain('nn.utils.clip_grad_norm_(model.parameters(), 1)');
    expect(code).toContain('for epoch in range(7):');
  });
});
