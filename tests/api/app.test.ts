import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { CLOSE } from '#contracts/close-codes.ts';
import { type Api, createJob, startApi } from './running-api.ts';

async function stream(api: Api, id: string): Promise<WebSocket> {
  const socket = new WebSocket(`${api.url.replace('http', 'ws')}/jobs/${id}/stream`);
  await once(socket, 'open');
  return socket;
}

describe('closing the app', () => {
  it('closes WebSockets with 1012, answers long polls, ends event streams, and drops idle connections', async () => {
    const api = await startApi();
    const { id } = await createJob(api);
    const socket = await stream(api, id);
    const closed = once(socket, 'close');
    const poll = api.get(`/jobs/${id}?wait=60`);
    const sse = await fetch(`${api.url}/jobs/${id}/stream`, { headers: { accept: 'text/event-stream' } });
    const agent = new Agent({ keepAlive: true });
    const [idle] = await once(get(`${api.url}/healthz`, { agent }), 'response');
    idle.resume();
    await once(idle, 'end');

    // The long poll would last as long as the test may.
    await api.close();
    expect((await closed)[0]).toBe(CLOSE.restarting);
    expect(await poll).toMatchObject({ status: 200, body: { id, status: 'queued' } });
    expect(await sse.text()).toContain('"seq":2');
    agent.destroy();
  });

  it('cuts off a WebSocket that never completes the close handshake', async () => {
    const api = await startApi({ closeGraceMs: 200 });
    const { id } = await createJob(api);
    const socket = await stream(api, id);
    socket.pause();
    const started = performance.now();
    await api.close();
    const took = performance.now() - started;
    expect(took).toBeGreaterThanOrEqual(190);
    socket.terminate();
  });

  it("answers requests that arrive meanwhile with a 503 in the contract's error format", async () => {
    const api = await startApi({ closeGraceMs: 1_000 });
    const { id } = await createJob(api);
    const lingering = await stream(api, id);
    lingering.pause();
    const agent = new Agent({ keepAlive: true });
    const closing = api.app.close();
    const response = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      get(`${api.url}/jobs`, { agent }, async (reply) => {
        resolve({ status: reply.statusCode, body: await text(reply) });
      }).on('error', reject);
    });
    expect(response.status).toBe(503);
    expect(JSON.parse(response.body).error.code).toBe('unavailable');
    lingering.terminate();
    await closing;
    await api.close();
    agent.destroy();
  });
});
