import { describe, expect, it } from 'vitest';
import {
  checkHost,
  isPublicAddress,
  PrivateAddress,
  publicLookup,
} from '../../../services/api/webhooks/address.ts';

describe('an address', () => {
  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2001:4860:4860::8888',
  ])('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.170',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.7',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    '2001:db8::1',
    '2001:0:53aa:64c::1',
    '2002:7f00:1::',
    'not an address',
    '',
  ])('%s is not public', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('a host that is an address literal', () => {
  // URL parses each of these as 127.0.0.1 or as another address of this machine.
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://[::1]:8080/',
    'http://[::ffff:127.0.0.1]/',
    'http://0/',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://api.localhost/',
    'http://169.254.169.254/latest/meta-data/',
  ])('%s is refused', (url) => expect(() => checkHost(new URL(url))).toThrow(PrivateAddress));

  it('is allowed if it is public, and so is a name', () => {
    checkHost(new URL('https://1.1.1.1/'));
    checkHost(new URL('https://hooks.example/'));
  });
});

describe('a host name', () => {
  const looked = (addresses: string[], options: { all?: boolean }) =>
    new Promise((resolve) => {
      const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      const lookup = publicLookup((_host, told) => told(null, found));
      lookup('hooks.example', options as never, (error, ...rest) => resolve(error ?? rest));
    });

  it('connects to the addresses that were checked', async () => {
    expect(await looked(['1.1.1.1', '2606:4700::1'], { all: true })).toEqual([
      [
        { address: '1.1.1.1', family: 4 },
        { address: '2606:4700::1', family: 6 },
      ],
    ]);
    expect(await looked(['1.1.1.1'], {})).toEqual(['1.1.1.1', 4]);
  });

  it('is refused if any of its addresses is not public', async () => {
    expect(await looked(['1.1.1.1', '10.0.0.1'], { all: true })).toMatchObject({
      name: 'PrivateAddress',
      message: 'hooks.example resolves to 10.0.0.1, which is not a public address',
    });
    expect(await looked([], {})).toBeInstanceOf(Error);
  });
});
