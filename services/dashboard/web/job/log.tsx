// A job's events except its epochs, newest first.

import type { JobEvent } from '#contracts/jobs/events.ts';
import { bytes, measure } from '../format.ts';
import { Card } from '../parts/card.tsx';
import { Scroll } from '../parts/scroll.tsx';

function said(event: JobEvent): string {
  switch (event.type) {
    case 'status': {
      const { status, stop_reason: reason, message } = event.data;
      return [status, reason === null ? null : `(${reason})`, message].filter(Boolean).join(' ');
    }
    case 'checkpoint':
      return `checkpoint after epoch ${event.data.epoch}, ${bytes(event.data.bytes)}`;
    case 'log':
      return event.data.message;
    case 'test': {
      const values = Object.entries(event.data.metrics).map(([name, value]) => `${name} ${measure(value)}`);
      return `test on ${event.data.samples} samples: ${values.join(', ')}`;
    }
    case 'done':
      return `done: ${event.data.status}`;
    case 'metrics':
      return `epoch ${event.data.epoch}`;
    default:
      return (event as JobEvent).type;
  }
}

export function Log({ events }: { events: readonly JobEvent[] }) {
  return (
    <Card title="Events">
      <Scroll name="Events" class="log">
        <table>
          <tbody>
            {events.map((event) => (
              <tr key={event.seq}>
                <td class="muted nowrap numbers">{new Date(event.ts).toLocaleTimeString('en-GB')}</td>
                <td>{said(event)}</td>
                <td class="muted num nowrap">attempt {event.attempt}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  );
}
