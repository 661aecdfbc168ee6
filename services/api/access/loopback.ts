// Host names and addresses that only this machine can reach.

import { isIP } from 'node:net';

/** May be listened on without a key: whatever a resolver says, it is this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** What a browser calls this machine: beside loopback all names below localhost (RFC 6761). */
export function namesThisMachine(host: string): boolean {
  return isLoopback(host) || host.toLowerCase().endsWith('.localhost');
}
