// A pool thread: waits for commands, runs its share of the named program, and exits on request.

import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type Delivery, END, WORD } from './mailbox.ts';
import type { Membership } from './node-pool.ts';

type Run = (steps: number, cursor: number, counter: number) => void;

const { port, mailbox } = workerData as Membership;
const programs = new Map<number, Extract<Delivery, { thread: number }>>();
/** Instantiated on the first run, so that an error is reported to the waiting threads. */
const runs = new Map<number, Run[]>();

function receive(): void {
  for (;;) {
    const received = receiveMessageOnPort(port) as { message: Delivery } | undefined;
    if (received === undefined) return;
    const { message } = received;
    if (message.module !== null) programs.set(message.program, message);
    else {
      programs.delete(message.program);
      runs.delete(message.program);
    }
  }
}

function entriesOf(program: number): Run[] {
  let entries = runs.get(program);
  if (entries === undefined) {
    const { module, memory, thread, own } = programs.get(program)!;
    const { exports } = new WebAssembly.Instance(module, { env: { memory, thread, own } });
    entries = WebAssembly.Module.exports(module).map(({ name }) => exports[name] as Run);
    runs.set(program, entries);
  }
  return entries;
}

let orders = 0;
for (;;) {
  Atomics.wait(mailbox, WORD.orders, orders);
  const now = Atomics.load(mailbox, WORD.orders);
  if (now === orders) continue;
  orders = now;
  receive();
  const program = mailbox[WORD.program]!;
  if (program === END) break;
  try {
    const run = entriesOf(program)[mailbox[WORD.entry]!]!;
    run(mailbox[WORD.steps]!, mailbox[WORD.cursor]!, mailbox[WORD.counter]!);
  } catch (error) {
    const { memory, failed } = programs.get(program)!;
    Atomics.store(new Int32Array(memory.buffer), failed / 4, 1);
    throw error;
  }
}
port.close();
