// A pool of Node worker threads. They sleep between runs and do not keep the process alive.

import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { type Delivery, END, MAILBOX_WORDS, WORD } from './mailbox.ts';
import type { Attached, SharedProgram, SharedRun, ThreadPool } from './pool.ts';

interface Member {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly mailbox: Int32Array<SharedArrayBuffer>;
  readonly online: Promise<void>;
  readonly exited: Promise<void>;
}

/** What a thread is started with. */
export interface Membership {
  readonly port: MessagePort;
  readonly mailbox: Int32Array<SharedArrayBuffer>;
}

/** @param size number of threads including the caller's, at least 2 */
export function openNodePool(size: number): ThreadPool {
  const members = Array.from({ length: size - 1 }, startMember);
  let programs = 0;

  const order = ({ mailbox }: Member, program: number, run?: SharedRun & { number: number }) => {
    mailbox[WORD.program] = program;
    if (run !== undefined) {
      mailbox[WORD.entry] = run.number;
      mailbox[WORD.steps] = run.steps;
      mailbox[WORD.cursor] = run.cursor;
      mailbox[WORD.counter] = run.counter;
    }
    Atomics.add(mailbox, WORD.orders, 1);
    Atomics.notify(mailbox, WORD.orders);
  };

  return {
    size,
    ready: Promise.all(members.map(({ online }) => online)).then(() => {}),
    attach({ module, memory, threads, ownBytes, barrier }: SharedProgram): Attached {
      const program = programs++;
      const crew = members.slice(0, threads - 1);
      const deliver = (member: Member, delivery: Delivery) => member.port.postMessage(delivery);
      for (const [i, member] of crew.entries()) {
        const [thread, own] = [i + 1, (i + 1) * ownBytes];
        deliver(member, { program, module, memory, thread, own, failed: barrier.failed });
      }
      const entries = WebAssembly.Module.exports(module).map(({ name }) => name);
      return {
        start(run) {
          const number = entries.indexOf(run.entry);
          for (const member of crew) order(member, program, { ...run, number });
        },
        detach() {
          for (const member of crew) deliver(member, { program, module: null });
        },
      };
    },
    async close() {
      for (const member of members) {
        member.worker.ref();
        order(member, END);
      }
      await Promise.all(members.map(({ exited }) => exited));
    },
  };
}

function startMember(): Member {
  const { port1: port, port2 } = new MessageChannel();
  const mailbox = new Int32Array(new SharedArrayBuffer(MAILBOX_WORDS * 4));
  const workerData: Membership = { port: port2, mailbox };
  const worker = new Worker(new URL('./node-thread.ts', import.meta.url), {
    workerData,
    transferList: [port2],
  });
  const online = new Promise<void>((resolve, reject) => {
    worker.once('online', () => {
      // Once started, it must not keep the process alive.
      worker.unref();
      resolve();
    });
    worker.once('error', reject);
  });
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', () => resolve());
  });
  // There may be no caller waiting for a thread to be ready; its failure is then reported by the error that follows.
  online.catch(() => {});
  port.unref();
  return { worker, port, mailbox, online, exited };
}
