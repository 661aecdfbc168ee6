// Detects this machine's devices in a separate process, so that a driver that crashes or hangs affects nothing else. Sends one message to
// its parent and exits.

import { devicesHere } from '#training/devices-here.ts';

process.send?.(await devicesHere(), undefined, {}, () => process.exit(0));
