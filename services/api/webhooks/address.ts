// Where a webhook may go: to public addresses only. An address of this machine or its network would let a tenant reach what only the
// service can reach. The name is resolved here, and the connection uses exactly the addresses that were checked, so a name that resolves
// differently a moment later changes nothing.

import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** From IANA's special-purpose registries: networks that are not globally reachable, or whose addresses embed another one. */
const PRIVATE_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];
/** Exceptions within 2000::/3, the only public range: Teredo, documentation and 6to4. */
const PRIVATE_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

function listOf(networks: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = '0'] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}
const private4 = listOf(PRIVATE_4, 'ipv4');
const private6 = listOf(PRIVATE_6, 'ipv6');
const global6 = listOf(['2000::/3'], 'ipv6');

/** @param address an IPv4 or IPv6 address without brackets */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !private4.check(address, 'ipv4');
  return family === 6 && global6.check(address, 'ipv6') && !private6.check(address, 'ipv6');
}

export class PrivateAddress extends Error {
  constructor(host: string, address: string) {
    const is = host === address ? 'is' : `resolves to ${address}, which is`;
    super(`${host} ${is} not a public address`);
    this.name = 'PrivateAddress';
  }
}

type Resolve = (host: string, told: (error: Error | null, found: LookupAddress[]) => void) => void;

const resolve: Resolve = (host, told) =>
  lookup(host, { all: true }, (error, found) => told(error, found ?? []));

/** For `http.request`: fails with PrivateAddress if any of the name's addresses is not public. */
export function publicLookup(resolving: Resolve = resolve): LookupFunction {
  return (host, options, done) => {
    resolving(host, (error, found) => {
      const [first] = found;
      if (error !== null || first === undefined)
        return done(error ?? new Error(`${host} does not resolve to an address`), '');
      const bad = found.find(({ address }) => !isPublicAddress(address));
      if (bad !== undefined) return done(new PrivateAddress(host, bad.address), '');
      if (options.all === true) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}

/** A host that is an address is never looked up, so it is checked here. @throws PrivateAddress */
export function checkHost(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) throw new PrivateAddress(host, host);
  if (/(^|\.)localhost\.?$/i.test(host)) throw new PrivateAddress(host, host);
}
