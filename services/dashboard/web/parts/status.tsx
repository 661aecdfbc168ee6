// A job's status badge, and an indicator of how its events reach this page.

import type { Transport } from '#client/client.ts';
import type { Job } from '#contracts/jobs/job-api.ts';

const TONE: Readonly<Record<Job['status'], string>> = {
  validating: '',
  queued: '',
  running: 'running',
  pausing: 'warn',
  paused: 'warn',
  cancelling: 'warn',
  succeeded: 'good',
  failed: 'bad',
  cancelled: '',
};

export function Status({ job }: { job: Pick<Job, 'status'> }) {
  return <span class={`pill ${TONE[job.status]}`}>{job.status}</span>;
}

const SAID: Readonly<Record<Transport, string>> = {
  websocket: 'Live over WebSocket',
  polling: 'No WebSocket connection: polling every second',
  waiting: 'Service unreachable; retrying',
};

export function Live({ transport }: { transport: Transport | null }) {
  if (transport === null) return null;
  return (
    <span class={`live ${transport}`} role="status">
      <i />
      {SAID[transport]}
    </span>
  );
}
