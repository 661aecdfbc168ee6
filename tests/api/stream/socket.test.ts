import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CLOSE } from '#contracts/close-codes.ts';
import { type EventBody, Heartbeat, JobEvent } from '#contracts/jobs/events.ts';
import type { Lease } from '#store/jobs/job-record.ts';
import { trained } from '../../support/jobs.ts';
import { type Api, claim, createJob, startApi, train } from '../running-api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi({
    // Both ends run in this process, so a heartbeat may be answered late on a busy machine.
    heartbeatMs: 1_000,
    streamBufferBytes: 64 * 1024,
    streamPatienceMs: 300,
    streamFarewellMs: 1500,
  });
});
afterAll(() => api.close());

const log = (message: string): EventBody => ({ type: 'log', data: { level: 'info', message } });
const finish = (lease: Lease) =>
  api.store.jobs.finish(lease, { status: 'succeeded', stopReason: 'completed', ...trained('m') });

interface Stream {
  socket: WebSocket;
  events: JobEvent[];
  heartbeats: Heartbeat[];
  opened: Promise<unknown>;
  closed: Promise<{ code: number; reason: string }>;
}

function connect(id: string, query = '', base = api.url): Stream {
  const socket = new WebSocket(`${base.replace('http', 'ws')}/jobs/${id}/stream${query}`);
  const events: JobEvent[] = [];
  const heartbeats: Heartbeat[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.object === 'heartbeat') heartbeats.push(Heartbeat.parse(message));
    else events.push(JobEvent.parse(message));
  });
  const closed = once(socket, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
  return { socket, events, heartbeats, opened: once(socket, 'open'), closed };
}

/** The reply to a refused handshake. */
function refusal(
  path: string,
): Promise<{ status: number | undefined; body: { error: { code: string; param: string } } }> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(api.url.replace('http', 'ws') + path);
    socket.on('error', () => {});
    socket.on('open', () => reject(new Error('the handshake was accepted')));
    socket.on('unexpected-response', async (_request, response) => {
      const body = await text(response);
      resolve({ status: response.statusCode, body: JSON.parse(body) });
    });
  });
}

const seqs = ({ events }: Stream) => events.map(({ seq }) => seq);
const from1 = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

describe('the stream of a job', () => {
  it('replays a finished one and closes with 1000 after done', async () => {
    const { id } = await createJob(api);
    await train(api, id);
    const stream = connect(id);
    expect(await stream.closed).toMatchObject({ code: CLOSE.done });
    const { last_seq } = (await api.get(`/jobs/${id}`)).body;
    expect(seqs(stream)).toEqual(from1(last_seq));
    expect(stream.events.at(-1)?.type).toBe('done');
    expect((await api.get(`/jobs/${id}/events`)).body.data).toEqual(stream.events);
  });

  it('starts after the seq given in ?after', async () => {
    const { id } = await createJob(api);
    await train(api, id);
    const { last_seq } = (await api.get(`/jobs/${id}`)).body;
    const late = connect(id, '?after=2');
    expect((await late.closed).code).toBe(CLOSE.done);
    expect(seqs(late)).toEqual(from1(last_seq).slice(2));

    const complete = connect(id, `?after=${last_seq}`);
    expect((await complete.closed).code).toBe(CLOSE.done);
    expect(complete.events).toEqual([]);
  });

  it('misses and repeats nothing, whenever a reader connects while events are written', async () => {
    const { id } = await createJob(api);
    const lease = await claim(api, id);
    const streams: Stream[] = [];
    let written = 0;
    for (let round = 0; round < 40; round++) {
      if (round % 3 === 0) streams.push(connect(id));
      const bodies = Array.from({ length: 1 + (round % 5) * 40 }, () => log(`line ${written++}`));
      expect(await api.store.jobs.append(lease, bodies)).toBe(true);
      if (round % 7 === 0) await sleep(5);
    }
    await finish(lease);
    const { last_seq } = (await api.get(`/jobs/${id}`)).body;
    expect(last_seq).toBeGreaterThan(3000);
    for (const stream of streams) {
      expect((await stream.closed).code).toBe(CLOSE.done);
      expect(seqs(stream)).toEqual(from1(last_seq));
    }
  });

  it('delivers an event that is written later', async () => {
    const { id } = await createJob(api);
    const lease = await claim(api, id);
    const stream = connect(id);
    await expect.poll(() => stream.events.length).toBe(3);
    await api.store.jobs.append(lease, [log('now')]);
    await expect.poll(() => stream.events.length).toBe(4);
    stream.socket.close();
    await stream.closed;
  });

  it('sends heartbeats with the last seq while idle', async () => {
    const { id } = await createJob(api);
    const stream = connect(id);
    await expect.poll(() => stream.heartbeats.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
    expect(stream.heartbeats[0]).toEqual({ object: 'heartbeat', job_id: id, last_seq: 2 });
    expect(seqs(stream)).toEqual([1, 2]);
    stream.socket.close();
    await stream.closed;
  });
});

describe('a reader of a stream', () => {
  /** A job with more events than the kernel's socket buffers hold. */
  async function talkativeJob(): Promise<{ id: string; lease: Lease }> {
    const { id } = await createJob(api);
    const lease = await claim(api, id);
    const long = 'x'.repeat(10_000);
    for (let i = 0; i < 40; i++) {
      await api.store.jobs.append(
        lease,
        Array.from({ length: 50 }, () => log(long)),
      );
    }
    return { id, lease };
  }

  /** A reader that stays connected but reads nothing. */
  async function connectDeaf(id: string): Promise<Stream> {
    const stream = connect(id);
    stream.socket.once('open', () => stream.socket.pause());
    await stream.opened;
    return stream;
  }

  const served = () => [...api.app.websocketServer.clients];

  it('that does not read is closed with 4408, and can resume later', async () => {
    const { id, lease } = await talkativeJob();
    const stream = await connectDeaf(id);
    await expect
      .poll(() => served()[0]?.readyState, { interval: 10, timeout: 20_000 })
      .toBe(WebSocket.CLOSING);
    stream.socket.resume();
    expect((await stream.closed).code).toBe(CLOSE.slowReader);
    await finish(lease);

    const rest = connect(id, `?after=${stream.events.at(-1)?.seq ?? 0}`);
    expect((await rest.closed).code).toBe(CLOSE.done);
    const { last_seq } = (await api.get(`/jobs/${id}`)).body;
    expect([...seqs(stream), ...seqs(rest)]).toEqual(from1(last_seq));
  });

  it('that never reads again is cut off, so that it holds no resources', async () => {
    await expect.poll(() => served().length, { timeout: 10_000 }).toBe(0);
    const { id } = await talkativeJob();
    const stream = await connectDeaf(id);
    expect(served()).toHaveLength(1);
    await expect.poll(() => served().length, { timeout: 10_000 }).toBe(0);
    stream.socket.terminate();
  });

  it('that reads a long log slowly is not cut off', async () => {
    const { id, lease } = await talkativeJob();
    await finish(lease);
    const stream = connect(id);
    expect((await stream.closed).code).toBe(CLOSE.done);
    const { last_seq } = (await api.get(`/jobs/${id}`)).body;
    expect(stream.events).toHaveLength(last_seq);
  });

  it('that disconnects abruptly leaves nothing behind', async () => {
    const { id } = await createJob(api);
    const stream = connect(id);
    await stream.opened;
    stream.socket.terminate();
    await stream.closed;
    await expect.poll(() => api.app.websocketServer.clients.size, { timeout: 10_000 }).toBe(0);
  });

  it('may send messages, which are ignored, but no large ones', async () => {
    const { id } = await createJob(api);
    const stream = connect(id);
    await stream.opened;
    stream.socket.send('hello');
    stream.socket.send('x'.repeat(5000));
    expect((await stream.closed).code).toBe(1009);
  });
});

describe('a refused handshake', () => {
  it("for an unknown job is a 404 with the contract's error body", async () => {
    for (const id of ['job_00000000000000000000000000', 'nonsense', '%00']) {
      const { status, body } = await refusal(`/jobs/${id}/stream`);
      expect(status).toBe(404);
      expect(body.error).toMatchObject({ code: 'not_found', param: 'id' });
    }
  });

  it.each(['after=-1', 'after=x', 'after=1.5', 'after=3', 'since=1'])('with ?%s is a 400', async (query) => {
    const { id } = await createJob(api);
    const { status, body } = await refusal(`/jobs/${id}/stream?${query}`);
    expect(status).toBe(400);
    expect(body.error.param).toBe(query.split('=')[0]);
  });

  it('on another route is an ordinary HTTP error', async () => {
    expect((await refusal('/jobs')).status).toBe(400);
    expect((await refusal('/nothing')).status).toBe(404);
  });
});

describe('a plain GET of a stream', () => {
  it('is a 426 that asks to upgrade', async () => {
    const { id } = await createJob(api);
    const { status, headers, body } = await api.get(`/jobs/${id}/stream`);
    expect(status).toBe(426);
    expect(headers.get('upgrade')).toBe('websocket');
    expect(body.error.code).toBe('upgrade_required');
  });

  it('with Accept: text/event-stream gets the same events as Server-Sent Events', async () => {
    const { id } = await createJob(api);
    const accept = { accept: 'text/event-stream' };
    const reply = await fetch(`${api.url}/jobs/${id}/stream`, { headers: accept });
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe('text/event-stream');
    await train(api, id);
    const frames = (await reply.text()).split('\n\n').filter((frame) => frame.startsWith('id: '));
    const events = frames.map((frame) =>
      JobEvent.parse(JSON.parse(frame.slice(frame.indexOf('data: ') + 6))),
    );
    expect(events).toEqual((await api.get(`/jobs/${id}/events`)).body.data);
    expect(frames.map((frame) => Number(/^id: (\d+)\n/.exec(frame)?.[1]))).toEqual(
      events.map(({ seq }) => seq),
    );

    // The 204 tells a browser that reconnects with the last id not to reconnect again.
    const again = await fetch(`${api.url}/jobs/${id}/stream`, {
      headers: { ...accept, 'last-event-id': String(events.length) },
    });
    expect(again.status).toBe(204);
  });
});
