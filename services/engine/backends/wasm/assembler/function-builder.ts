// Builds one WebAssembly function over i32 and v128, instruction by instruction. It knows the binary format, but nothing about tensors.

import { signed, unsigned } from './encoding.ts';
import { ATOMIC, type LocalType, MEMORY, PLAIN, type PlainOp, SIMD, TYPE } from './opcodes.ts';

/** The body of one function; all parameters are i32. Locals are numbers, and released ones are reused. */
export class FunctionBuilder {
  readonly #code: number[] = [];
  readonly #locals: LocalType[] = [];
  /** Created once at function entry: inside a loop, V8 would build the constant from several instructions on every use. */
  readonly #constants = new Map<string, { local: number; bytes: Uint8Array }>();
  readonly #free: Record<LocalType, number[]> = { i32: [], v128: [] };
  readonly parameters: number;

  constructor(parameters: number) {
    this.parameters = parameters;
  }

  local(type: LocalType): number {
    return this.#free[type].pop() ?? this.parameters + this.#locals.push(type) - 1;
  }

  release(local: number): void {
    this.#free[this.#locals[local - this.parameters]!].push(local);
  }

  get(local: number): this {
    this.#code.push(0x20);
    unsigned(local, this.#code);
    return this;
  }

  set(local: number): this {
    this.#code.push(0x21);
    unsigned(local, this.#code);
    return this;
  }

  tee(local: number): this {
    this.#code.push(0x22);
    unsigned(local, this.#code);
    return this;
  }

  i32(value: number): this {
    this.#code.push(0x41);
    signed(value, this.#code);
    return this;
  }

  op(name: PlainOp): this {
    if (name in PLAIN) this.#code.push(PLAIN[name as keyof typeof PLAIN]);
    else {
      this.#code.push(0xfd);
      unsigned(SIMD[name as keyof typeof SIMD], this.#code);
    }
    return this;
  }

  /** A constant vector of four words. */
  v128(words: readonly [number, number, number, number]): this {
    const bytes = new Uint8Array(Uint32Array.from(words.map((word) => word >>> 0)).buffer);
    // All zeros and all ones each take a single machine instruction, so they need no local.
    if (bytes.every((byte) => byte === 0) || bytes.every((byte) => byte === 0xff)) {
      this.#code.push(0xfd, 12, ...bytes);
      return this;
    }
    const key = bytes.join();
    let constant = this.#constants.get(key);
    if (constant === undefined) {
      constant = { local: this.parameters + this.#locals.push('v128') - 1, bytes };
      this.#constants.set(key, constant);
    }
    return this.get(constant.local);
  }

  f32x4(value: number): this {
    const word = new Uint32Array(Float32Array.of(value).buffer)[0]!;
    return this.v128([word, word, word, word]);
  }

  i32x4(value: number): this {
    return this.v128([value, value, value, value]);
  }

  /** Selects bytes from two vectors by index, 0 … 31. */
  shuffle(bytes: readonly number[]): this {
    this.#code.push(0xfd, 13, ...bytes);
    return this;
  }

  /** @param offset bytes added to the address, ≥ 0 */
  memory(name: keyof typeof MEMORY, offset: number, lane = 0): this {
    const [opcode, alignment, takesLane] = MEMORY[name];
    this.#code.push(0xfd);
    unsigned(opcode, this.#code);
    // Addresses are only guaranteed to be multiples of 4; for these instructions the alignment is a hint.
    unsigned(Math.min(alignment, 2), this.#code);
    unsigned(offset, this.#code);
    if (takesLane) this.#code.push(lane);
    return this;
  }

  i32Load(offset = 0): this {
    this.#code.push(0x28, 2);
    unsigned(offset, this.#code);
    return this;
  }

  i32Store(offset = 0): this {
    this.#code.push(0x36, 2);
    unsigned(offset, this.#code);
    return this;
  }

  /** @param offset bytes added to the address, ≥ 0 */
  atomic(name: keyof typeof ATOMIC, offset = 0): this {
    // For atomic instructions the alignment is not a hint: it must be the natural alignment of a word.
    this.#code.push(0xfe, ATOMIC[name], 2);
    unsigned(offset, this.#code);
    return this;
  }

  /** Reads an imported constant that each instance of the module is given at instantiation. */
  global(index: number): this {
    this.#code.push(0x23);
    unsigned(index, this.#code);
    return this;
  }

  /** A small i64 constant, for the timeout of a wait. */
  i64(value: number): this {
    this.#code.push(0x42);
    let rest = BigInt(value);
    for (;;) {
      const byte = Number(rest & 0x7fn);
      rest >>= 7n;
      const ends = (rest === 0n && (byte & 0x40) === 0) || (rest === -1n && (byte & 0x40) !== 0);
      this.#code.push(ends ? byte : byte | 0x80);
      if (ends) return this;
    }
  }

  /** Traps, which ends the run. */
  unreachable(): this {
    this.#code.push(0x00);
    return this;
  }

  /** Stack: destination, source, length. */
  memoryCopy(): this {
    this.#code.push(0xfc, 10, 0, 0);
    return this;
  }

  call(index: number): this {
    this.#code.push(0x10);
    unsigned(index, this.#code);
    return this;
  }

  /** Runs `then` if the i32 on the stack is nonzero, otherwise `or`. */
  when(then: () => void, or?: () => void): this {
    this.#code.push(0x04, 0x40);
    then();
    if (or !== undefined) {
      this.#code.push(0x05);
      or();
    }
    this.#code.push(0x0b);
    return this;
  }

  /** Do-while: runs the body, then repeats it while the i32 that `again` leaves on the stack is nonzero. */
  loop(body: () => void, again: () => void): this {
    this.#code.push(0x03, 0x40);
    body();
    again();
    this.#code.push(0x0d, 0, 0x0b);
    return this;
  }

  /** Runs the body `times` ≥ 1 times. */
  repeat(times: number, body: () => void): this {
    if (times === 1) {
      body();
      return this;
    }
    const left = this.local('i32');
    this.i32(times).set(left);
    this.loop(body, () => this.get(left).i32(1).op('i32_sub').tee(left));
    this.release(left);
    return this;
  }

  encode(): number[] {
    const body: number[] = [];
    unsigned(this.#locals.length, body);
    for (const type of this.#locals) body.push(1, TYPE[type]);
    for (const { local, bytes } of this.#constants.values()) {
      body.push(0xfd, 12, ...bytes, 0x21);
      unsigned(local, body);
    }
    for (const byte of this.#code) body.push(byte);
    body.push(0x0b);
    return body;
  }
}
