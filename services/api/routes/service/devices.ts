// GET /devices: what the live workers compute on.

import { DeviceList } from '#contracts/device.ts';
import type { Route } from '../../context.ts';
import { presentWorker } from '../../present/worker.ts';

const route: Route = (app, { service }) => {
  app.get(
    '/devices',
    {
      schema: {
        operationId: 'listDevices',
        tags: ['service'],
        summary: 'Devices of the live workers',
        description:
          'One entry per worker: its CPU, and the GPU that WebGPU can use or the reason why there is none.',
        response: { 200: DeviceList },
      },
    },
    async () => ({
      object: 'list' as const,
      data: (await service.workers.live()).map(presentWorker),
      has_more: false as const,
    }),
  );
};
export default route;
