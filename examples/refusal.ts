// Prints an error reply of the service for a terminal.

import type { ApiError } from '#client/client.ts';

const SHOWN = 10;

export function refusal({ message, details }: ApiError): string[] {
  // Messages about a cell already name its row and column.
  const lines = details
    .slice(0, SHOWN)
    .map((detail) =>
      detail.param.startsWith('rows[') ? detail.message : `${detail.param}: ${detail.message}`,
    );
  if (lines.length === 0) lines.push(message);
  if (details.length > SHOWN) lines.push(`… and ${details.length - SHOWN} more`);
  if (details.some(({ param }) => param.startsWith('rows['))) {
    lines.push('Columns of text can only be the target; --features A,B,C chooses the columns to learn from.');
  }
  return lines;
}
