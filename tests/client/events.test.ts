import { expect, test } from 'vitest';
import { connect, type EventOptions } from '#client/client.ts';
import { CLOSE } from '#contracts/close-codes.ts';
import { event, fakeService, refusal, reply } from './fake-service.ts';

/** Five events, the last of which is `done`. */
const EVENTS = [event(1), event(2), event(3), event(4), event(5, 'done')];
const SEQS = [1, 2, 3, 4, 5];
const page = (after: number) => ({ object: 'list', data: EVENTS.slice(after), has_more: false });

async function read(url: string, options: EventOptions = {}): Promise<number[]> {
  const seqs: number[] = [];
  for await (const { seq } of connect({ url, retries: 0 }).jobs.events('job_x', options)) seqs.push(seq);
  return seqs;
}

test('a broken stream resumes after the last event seen, without repeating any', async () => {
  const asked: number[] = [];
  await using service = await fakeService({
    request: (_, response) => reply(response, 200, { terminal: false, last_seq: 5 }),
    socket(socket, after) {
      asked.push(after);
      // The second connection repeats an event already seen.
      for (const it of EVENTS.slice(asked.length === 2 ? after - 1 : after, after + 2)) {
        socket.send(JSON.stringify(it));
      }
      if (asked.length < 3) socket.close(1012);
    },
  });
  expect(await read(service.url)).toEqual(SEQS);
  expect(asked).toEqual([0, 2, 4]);
});

test('a reader dropped for being slow reconnects, and is not told that the service is unreachable', async () => {
  const told: string[] = [];
  await using service = await fakeService({
    request: (_, response) => reply(response, 200, { terminal: false, last_seq: 5 }),
    socket(socket, after) {
      for (const it of EVENTS.slice(after, after + 3)) socket.send(JSON.stringify(it));
      if (after === 0) socket.close(CLOSE.slowReader);
    },
  });
  expect(await read(service.url, { onTransport: (it) => told.push(it) })).toEqual(SEQS);
  expect(told).toEqual(['websocket']);
});

test('a gap in the stream is filled by reconnecting after the last event before it', async () => {
  const asked: number[] = [];
  await using service = await fakeService({
    request: (_, response) => reply(response, 200, { terminal: false, last_seq: 5 }),
    socket(socket, after) {
      asked.push(after);
      const whole = EVENTS.slice(after);
      for (const it of asked.length === 1 ? whole.toSpliced(2, 1) : whole) socket.send(JSON.stringify(it));
    },
  });
  expect(await read(service.url)).toEqual(SEQS);
  expect(asked).toEqual([0, 2]);
});

test('without a WebSocket, the events are polled for, and onTransport says so', async () => {
  let polls = 0;
  await using service = await fakeService({
    request(request, response) {
      if (!request.url?.includes('/events')) return reply(response, 200, { terminal: false, last_seq: 5 });
      const after = Number(new URL(request.url, 'http://x').searchParams.get('after'));
      polls += 1;
      reply(response, 200, { ...page(after), data: EVENTS.slice(after, polls === 1 ? 3 : 5) });
    },
  });
  const told: string[] = [];
  expect(await read(service.url, { after: 1, onTransport: (it) => told.push(it) })).toEqual([2, 3, 4, 5]);
  expect(told).toEqual(['polling']);
});

test('events end at once if the job has ended and all were seen', async () => {
  await using service = await fakeService({
    request: (_, response) => reply(response, 200, { terminal: true, last_seq: 5 }),
    socket: (socket) => socket.close(1000),
  });
  expect(await read(service.url, { after: 5 })).toEqual([]);
});

test('an unknown job is an ApiError with its code', async () => {
  await using service = await fakeService({
    request: (_, response) => reply(response, 404, refusal('not_found', 'there is no job job_x')),
  });
  await expect(read(service.url)).rejects.toMatchObject({ name: 'ApiError', code: 'not_found', status: 404 });
});

test('an abort ends the wait', async () => {
  await using service = await fakeService({ request: () => {}, socket: () => {} });
  const stop = new AbortController();
  const reading = read(service.url, { signal: stop.signal });
  stop.abort(new Error('enough'));
  await expect(reading).rejects.toThrow('enough');
});

test('after an outage the service is followed over a WebSocket again at once', async () => {
  let away = 4;
  const told: string[] = [];
  await using service = await fakeService({
    request(_, response) {
      if (away > 0) response.destroy();
      else reply(response, 200, { terminal: false, last_seq: 5 });
    },
    cutsOff() {
      away -= 1;
      return away >= 0;
    },
    socket(socket, after) {
      for (const it of EVENTS.slice(after)) socket.send(JSON.stringify(it));
    },
  });
  expect(await read(service.url, { onTransport: (it) => told.push(it) })).toEqual(SEQS);
  expect(told).toEqual(['waiting', 'websocket']);
}, 20_000);

test("with a key, a browser's WebSocket, which cannot send headers, opens the stream with a token", async () => {
  await using service = await fakeService({
    request(request, response) {
      if (request.headers.authorization !== 'Bearer a key')
        return reply(response, 401, refusal('unauthorized', 'no'));
      if (request.url === '/jobs/job_x/stream-token') return reply(response, 200, { token: 'of_the_day' });
      reply(response, 200, { terminal: false, last_seq: 5 });
    },
    socket(socket, after) {
      for (const it of EVENTS.slice(after)) socket.send(JSON.stringify(it));
    },
  });
  const whole = globalThis.WebSocket;
  globalThis.WebSocket = class extends whole {
    constructor(url: string, protocols?: string | string[]) {
      super(url, Array.isArray(protocols) ? protocols : String(protocols)); // as browsers do
    }
  } as typeof whole;
  try {
    const told: string[] = [];
    const client = connect({ url: service.url, apiKey: 'a key', retries: 0 });
    const seqs: number[] = [];
    for await (const { seq } of client.jobs.events('job_x', { onTransport: (it) => told.push(it) }))
      seqs.push(seq);
    expect(seqs).toEqual(SEQS);
    expect(told).toEqual(['websocket']);
    const upgrade = service.seen.find(({ headers }) => headers.upgrade === 'websocket');
    expect(upgrade?.headers['sec-websocket-protocol']).toMatch(/^epochd, ?epochd\.token\.of_the_day$/);
  } finally {
    globalThis.WebSocket = whole;
  }
});

test('a service that answers polls with 503 while shutting down is waited for', async () => {
  let polls = 0;
  await using service = await fakeService({
    request(request, response) {
      if (!request.url?.includes('/events')) return reply(response, 200, { terminal: false, last_seq: 5 });
      polls += 1;
      if (polls < 3) return reply(response, 503, refusal('unavailable', 'the service is shutting down'));
      reply(response, 200, page(Number(new URL(request.url, 'http://x').searchParams.get('after'))));
    },
  });
  const told: string[] = [];
  expect(await read(service.url, { onTransport: (it) => told.push(it) })).toEqual(SEQS);
  expect(told).toEqual(['waiting', 'polling']);
});
