// Encodes numbers and length-prefixed sections of a WebAssembly module.

/** LEB128: seven bits per byte, least significant first. */
export function unsigned(value: number, out: number[]): void {
  let rest = value;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
}

export function signed(value: number, out: number[]): void {
  let rest = value | 0;
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0)) {
      out.push(byte);
      return;
    }
    out.push(byte | 0x80);
  }
}

/** Length-prefixed content. */
export function sized(content: readonly number[], out: number[]): void {
  unsigned(content.length, out);
  for (const byte of content) out.push(byte);
}
