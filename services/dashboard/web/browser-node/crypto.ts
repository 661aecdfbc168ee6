// The part of node:crypto that training needs in a browser: hashing a program's fingerprint.

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export function createHash(algorithm: string) {
  if (algorithm !== 'sha256') throw new Error(`the hash "${algorithm}" is not available in a browser`);
  const hash = sha256.create();
  const self = {
    update(data: string | Uint8Array) {
      hash.update(typeof data === 'string' ? utf8ToBytes(data) : data);
      return self;
    },
    digest: (_encoding: 'hex') => bytesToHex(hash.digest()),
  };
  return self;
}
