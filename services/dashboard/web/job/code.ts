// A job's request as code: shell, Python, TypeScript, and an equivalent torch script.

import type { NewJob } from '#contracts/jobs/job-api.ts';

const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

export function asCurl(url: string, request: NewJob): string {
  return [
    `curl -s ${url}/jobs \\`,
    "  -H 'content-type: application/json' \\",
    `  -d ${quoted(JSON.stringify(request, null, 2))}`,
  ].join('\n');
}

/** A JSON value in Python syntax. */
export function python(value: unknown, indent = ''): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent}    `;
  const entries = Array.isArray(value)
    ? value.map((item) => python(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${python(item, inner)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const line = `${open}${entries.join(', ')}${close}`;
  if (line.length < 70 && !line.includes('\n')) return line;
  return `${open}\n${entries.map((entry) => `${inner}${entry},\n`).join('')}${indent}${close}`;
}

export function asPython(url: string, request: NewJob): string {
  return [
    'import requests',
    '',
    `url = ${JSON.stringify(url)}`,
    `request = ${python(request)}`,
    'job = requests.post(f"{url}/jobs", json=request).json()',
    'job = requests.get(f"{url}/jobs/{job[\'id\']}", params={"wait": 60}).json()',
    'print(job["status"], job["metrics"]["latest"])',
  ].join('\n');
}

export function asTypeScript(url: string, request: NewJob): string {
  return [
    "import { connect } from 'epochd/client';",
    '',
    `const client = connect({ url: '${url}' });`,
    `const job = await client.jobs.create(${JSON.stringify(request, null, 2)});`,
    'for await (const event of client.jobs.events(job.id)) {',
    "  if (event.type === 'metrics') console.log(event.data.epoch, event.data.metrics);",
    '}',
  ].join('\n');
}

interface Component {
  type: string;
  [argument: string]: unknown;
}

const call = ({ type, ...args }: Component, prefix: string, first: string[] = []) => {
  const given = Object.entries(args)
    .filter(([name]) => name !== 'interval')
    .map(([name, value]) => `${name}=${python(value)}`);
  return `${prefix}.${type}(${[...first, ...given].join(', ')})`;
};

/** Layers that torch lacks, so that a model with them needs a custom module. */
const OURS = ['Add', 'Mul', 'Concat', 'Permute', 'PositionalEmbedding'];

/** torch's recurrent layers return all time steps and the states; a Sequential has to pick one of them. */
const RECURRENT = ['RNN', 'LSTM', 'GRU'];
const PICK = [
  'class Pick(nn.Module):',
  '    # Of a recurrent layer: every time step, or the last one.',
  '    def __init__(self, sequence):',
  '        super().__init__()',
  '        self.sequence = sequence',
  '    def forward(self, outputs):',
  '        return outputs[0] if self.sequence else outputs[0][:, -1]',
  '',
];

function scalesTargets({ preprocess }: NewJob): boolean {
  return typeof preprocess === 'object' && preprocess.target === 'standardize';
}

/** @param summary the model as torch prints it: each line is a constructor call */
export function asTorch(request: NewJob, summary: string): string {
  const layers = [...summary.matchAll(/^ {2}\(([^)]+)\): (\w+)\((.*)\)$/gm)];
  const branches = request.model.layers.some(
    (layer) => typeof layer === 'object' && (layer.inputs !== undefined || OURS.includes(layer.type)),
  );
  const training = request.training as { [key: string]: unknown };
  const optimizer = training.optimizer as Component;
  const scheduler = training.scheduler as Component | null;
  return [
    'from collections import OrderedDict',
    'import torch',
    'from torch import nn',
    '',
    ...(layers.some(([, , type]) => RECURRENT.includes(type!)) ? PICK : []),
    `torch.manual_seed(${request.seed ?? 0})`,
    ...(branches ? ['# This model has branches: write its forward() yourself; these are its layers.'] : []),
    'model = nn.Sequential(OrderedDict([',
    ...layers.flatMap(([, name, type, args], i) => {
      const line = `    (${JSON.stringify(name)}, nn.${type}(${args})),`;
      if (!RECURRENT.includes(type!)) return [line];
      const layer = request.model.layers[i];
      const sequence = typeof layer === 'object' && layer.return === 'sequence';
      return [line, `    (${JSON.stringify(`${name}_pick`)}, Pick(sequence=${python(sequence)})),`];
    }),
    ']))',
    `loss_fn = ${call(training.loss as Component, 'nn')}`,
    `optimizer = ${call(optimizer, 'torch.optim', ['model.parameters()'])}`,
    ...(scheduler === null || scheduler === undefined
      ? []
      : [`scheduler = ${call(scheduler, 'torch.optim.lr_scheduler', ['optimizer'])}`]),
    '',
    '# inputs, targets: your tensors',
    ...(scalesTargets(request)
      ? [
          'targets = (targets - targets.mean(0)) / targets.std(0, correction=0)  # fitted on the training rows',
        ]
      : []),
    'loader = torch.utils.data.DataLoader(',
    '    torch.utils.data.TensorDataset(inputs, targets),',
    `    batch_size=${training.batch_size ?? 32}, shuffle=${python(training.shuffle ?? true)},`,
    ')',
    `for epoch in range(${training.epochs ?? 10}):`,
    '    for x, y in loader:',
    '        optimizer.zero_grad()',
    '        loss = loss_fn(model(x), y)',
    '        loss.backward()',
    ...(training.clip_grad_norm
      ? [`        nn.utils.clip_grad_norm_(model.parameters(), ${training.clip_grad_norm})`]
      : []),
    '        optimizer.step()',
    ...(scheduler === null || scheduler === undefined ? [] : ['    scheduler.step()']),
    '    print(epoch + 1, loss.item())',
  ].join('\n');
}
