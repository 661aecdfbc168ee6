// The few calls that quickstart and examples make, over HTTP and WebSocket like any other client.

import type { Dataset } from '#contracts/dataset.ts';
import type { ErrorBody } from '#contracts/errors.ts';
import type { Heartbeat, JobEvent } from '#contracts/events.ts';
import type { Job, PredictReply, PredictRequest } from '#contracts/job-api.ts';

const SHOWN = 10;

/** The service said no: `lines` tell why. */
export class Refused extends Error {
  readonly lines: string[];

  constructor(status: number, { error }: ErrorBody) {
    super(`${status} ${error.code}: ${error.message}`);
    // A message about a cell names its row and column itself.
    const details = error.details.map(({ param, message }) =>
      param.startsWith('rows[') ? message : `${param}: ${message}`,
    );
    const more = details.length - SHOWN;
    this.lines = details.length === 0 ? [error.message] : details.slice(0, SHOWN);
    if (more > 0) this.lines.push(`… and ${more} more`);
    if (error.details.some(({ param }) => param.startsWith('rows['))) {
      this.lines.push(
        'Columns of text can only be the target; --features A,B,C chooses the columns to learn from.',
      );
    }
  }
}

export interface Client {
  upload(fileName: string, content: Buffer, fields: Record<string, string>): Promise<Dataset>;
  createJob(request: object): Promise<Job>;
  job(id: string): Promise<Job>;
  /** From the first event to `done`. */
  events(job: Job): AsyncGenerator<JobEvent>;
  predict(job: Job, rows: PredictRequest): Promise<PredictReply>;
}

export function connect(url: string): Client {
  async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
    const response = await fetch(`${url}${path}`, init);
    const body = await response.json();
    if (!response.ok) throw new Refused(response.status, body as ErrorBody);
    return body as T;
  }
  const post = <T>(path: string, body: object) =>
    call<T>(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  return {
    upload(fileName, content, fields) {
      const form = new FormData();
      for (const [name, value] of Object.entries(fields)) form.append(name, value);
      form.append('file', new Blob([new Uint8Array(content)]), fileName);
      return call('/datasets', { method: 'POST', body: form });
    },
    createJob: (request) => post('/jobs', request),
    job: (id) => call(`/jobs/${id}`),
    predict: (job, rows) => post(job.urls.predict, rows),
    async *events(job) {
      const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${job.urls.stream}`);
      const arrived: (JobEvent | Heartbeat | Error | null)[] = [];
      let wake = () => {};
      const put = (item: (typeof arrived)[number]) => {
        arrived.push(item);
        wake();
      };
      socket.onmessage = ({ data }) => put(JSON.parse(String(data)));
      socket.onclose = ({ code, reason }) =>
        put(code === 1000 ? null : new Error(`the stream was closed: ${code} ${reason}`));
      try {
        for (;;) {
          const item = arrived.shift();
          if (item === null) return;
          if (item instanceof Error) throw item;
          if (item?.object === 'job.event') yield item;
          else if (item === undefined) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
          }
        }
      } finally {
        socket.close();
      }
    },
  };
}
