// Device failures: a GPU may be lost, hang, or be too small for a program. Each has its own error.

import { expect, it } from 'vitest';
import { findAdapter } from '#engine/backends/webgpu/adapter.ts';
import { DeviceLost, openDevice } from '#engine/backends/webgpu/device.ts';
import { WebGpuExecutable } from '#engine/backends/webgpu/executable.ts';
import { OutOfMemory } from '#engine/errors.ts';
import { exp } from '#engine/functions.ts';
import { ProgramBuilder } from '#engine/program.ts';

const without = process.env.EPOCHD_TESTS_WITHOUT_GPU === '1';

async function open(options: Parameters<typeof openDevice>[2] = {}) {
  const found = await findAdapter();
  if (found.adapter === null) throw new Error(found.reason);
  return openDevice(found.adapter, found.summary, options);
}

function program(size = 10) {
  const builder = new ProgramBuilder().state('x', [size]);
  builder.entry('e', 1, (entry) => entry.assign('x', exp(entry.state('x'))));
  return builder.build();
}
const step = { steps: 1, cursor: 0, counter: 0, scalars: new Float32Array(0) };

it.skipIf(without)('rejects pending calls with DeviceLost when the device disappears', async () => {
  const device = await open();
  const exe = await WebGpuExecutable.compile(program(), device);
  await exe.run('e', step);
  // Bypasses `close`, as if the driver had reset the device.
  device.device.destroy();
  await expect(exe.run('e', step).then(() => exe.read('x'))).rejects.toThrow(DeviceLost);
});

it.skipIf(without)('treats a device whose queue does not answer as lost', async () => {
  const device = await open({ answerMs: 20 });
  await expect(device.answer(new Promise(() => {}))).rejects.toThrow('did not answer for 0.02 s');
  device.close();
});

it.skipIf(without)('rejects a program larger than the device allows before allocating anything', async () => {
  const device = await open();
  await expect(WebGpuExecutable.compile(program(1000), { ...device, mostBytes: 3000 })).rejects.toThrow(
    OutOfMemory,
  );
  device.close();
});

it.skipIf(without)('reports how many bytes were needed when the device runs out of memory', async () => {
  const device = await open();
  const full = new Proxy(device.device, {
    get(gpu, name) {
      if (name !== 'popErrorScope') {
        const value = Reflect.get(gpu, name, gpu);
        return typeof value === 'function' ? value.bind(gpu) : value;
      }
      return async () => (await gpu.popErrorScope()) ?? { message: 'no memory' };
    },
  });
  await expect(WebGpuExecutable.compile(program(1000), { ...device, device: full })).rejects.toThrow(
    /the job needs \d{4} bytes on the GPU, which has too little free memory \(no memory\)/,
  );
  // A smaller program still runs on the same device.
  const exe = await WebGpuExecutable.compile(program(), device);
  await exe.run('e', step);
  exe.dispose();
  device.close();
});

it.skipIf(without)('leaves nothing pending after a device is closed', async () => {
  const device = await open();
  const exe = await WebGpuExecutable.compile(program(), device);
  exe.write('x', new Float32Array(10).fill(1));
  await exe.run('e', step);
  expect((await exe.read('x'))[9]).toBeCloseTo(Math.E, 5);
  exe.dispose();
  device.close();
  device.check();
});
