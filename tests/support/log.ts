// Logs for tests: a silent one, and one that records.

import type { StoreLog } from '#store/store.ts';

export const quietLog: StoreLog = { info() {}, warn() {}, error() {} };

export interface LogLine {
  level: 'info' | 'warn' | 'error';
  fields: object;
  message: string;
}

export function rememberingLog(): StoreLog & { lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: LogLine['level']) =>
    (fields: object, message = '') => {
      lines.push({ level, fields, message });
    };
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
}
