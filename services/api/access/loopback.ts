// Host names and addresses that only this machine can reach.

import { isIP } from 'node:net';

/** Safe to listen on without a key: regardless of the resolver, only this machine can reach it. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/** Names a browser may use for this machine: loopback, plus every name below localhost (RFC 6761). */
export function namesThisMachine(host: string): boolean {
  return isLoopback(host) || host.toLowerCase().endsWith('.localhost');
}
