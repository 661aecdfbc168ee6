// A small WebAssembly assembler: functions over i32 and v128, one imported memory, one table of names. It knows the
// binary format and nothing of tensors.
// Format: WebAssembly core specification 2.0 with fixed-width SIMD, relaxed SIMD and threads, chapter "Binary Format".

const TYPE = { i32: 0x7f, v128: 0x7b } as const;
type LocalType = keyof typeof TYPE;

/** Opcodes of one byte. */
const PLAIN = {
  drop: 0x1a,
  i32_eqz: 0x45,
  i32_eq: 0x46,
  i32_ne: 0x47,
  i32_add: 0x6a,
  i32_sub: 0x6b,
  i32_mul: 0x6c,
  i32_div_u: 0x6e,
  i32_and: 0x71,
  i32_shl: 0x74,
} as const;

/** Opcodes after the prefix of atomic instructions; all are of words of 4 bytes. */
const ATOMIC = {
  /** Stack: address, most threads to wake. Leaves how many were woken. */
  notify: 0x00,
  /** Stack: address, expected word, timeout in nanoseconds (i64). Leaves 0 woken, 1 not equal, 2 timed out. */
  wait32: 0x01,
  load: 0x10,
  store: 0x17,
  /** Leaves the word from before. */
  add: 0x1e,
} as const;

/** Opcodes after the SIMD prefix that take nothing but the stack. */
const SIMD = {
  i32x4_splat: 17,
  i16x8_extend_low_i8x16_u: 0x89,
  i32x4_extend_low_i16x8_u: 0xa9,
  i32x4_eq: 55,
  i32x4_gt_s: 59,
  f32x4_eq: 65,
  f32x4_ne: 66,
  f32x4_lt: 67,
  f32x4_gt: 68,
  v128_and: 78,
  v128_andnot: 79,
  v128_or: 80,
  v128_xor: 81,
  v128_bitselect: 82,
  i32x4_shl: 0xab,
  i32x4_shr_s: 0xac,
  i32x4_shr_u: 0xad,
  i32x4_add: 0xae,
  i32x4_sub: 0xb1,
  i32x4_mul: 0xb5,
  i32x4_neg: 0xa1,
  i32x4_abs: 0xa0,
  i32x4_min_s: 0xb6,
  i32x4_max_s: 0xb8,
  f32x4_abs: 0xe0,
  f32x4_neg: 0xe1,
  f32x4_sqrt: 0xe3,
  f32x4_add: 0xe4,
  f32x4_sub: 0xe5,
  f32x4_mul: 0xe6,
  f32x4_div: 0xe7,
  f32x4_min: 0xe8,
  f32x4_max: 0xe9,
  f32x4_pmin: 0xea,
  f32x4_pmax: 0xeb,
  f32x4_convert_i32x4_s: 0xfa,
  f32x4_relaxed_madd: 0x105,
} as const;

/** Loads and stores of vectors: opcode, log2 of the natural alignment, and whether a lane number follows. */
const MEMORY = {
  v128_load: [0, 4, false],
  v128_load32_splat: [9, 2, false],
  v128_store: [11, 4, false],
  v128_load32_zero: [92, 0, false],
  v128_load8_lane: [84, 0, true],
  v128_load32_lane: [86, 2, true],
  v128_store32_lane: [90, 2, true],
  v128_store64_lane: [91, 3, true],
} as const;

export type PlainOp = keyof typeof PLAIN | keyof typeof SIMD;

function unsigned(value: number, out: number[]): void {
  let rest = value;
  do {
    const byte = rest % 128;
    rest = Math.floor(rest / 128);
    out.push(rest === 0 ? byte : byte | 0x80);
  } while (rest !== 0);
}

function signed(value: number, out: number[]): void {
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

function sized(content: readonly number[], out: number[]): void {
  unsigned(content.length, out);
  for (const byte of content) out.push(byte);
}

/** The body of one function, whose parameters are all i32. Locals are numbers; released ones are used again. */
export class FunctionBuilder {
  readonly #code: number[] = [];
  readonly #locals: LocalType[] = [];
  /** Made once, at the start: V8 would build one from several instructions wherever a loop uses it. */
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

  /** A vector of four words. */
  v128(words: readonly [number, number, number, number]): this {
    const bytes = new Uint8Array(Uint32Array.from(words.map((word) => word >>> 0)).buffer);
    // These two are one instruction.
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

  /** Picks bytes from two vectors, by numbers 0 … 31. */
  shuffle(bytes: readonly number[]): this {
    this.#code.push(0xfd, 13, ...bytes);
    return this;
  }

  /** @param offset bytes added to the address, ≥ 0 */
  memory(name: keyof typeof MEMORY, offset: number, lane = 0): this {
    const [opcode, alignment, takesLane] = MEMORY[name];
    this.#code.push(0xfd);
    unsigned(opcode, this.#code);
    // Addresses are multiples of 4 only; the alignment is a hint.
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
    // Of atomic instructions the alignment is no hint: it must be that of the word.
    this.#code.push(0xfe, ATOMIC[name], 2);
    unsigned(offset, this.#code);
    return this;
  }

  /** A number that each instance of the module is given when it is made. */
  global(index: number): this {
    this.#code.push(0x23);
    unsigned(index, this.#code);
    return this;
  }

  /** A small i64, for the timeout of a wait. */
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

  /** Ends the run with a trap. */
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

  /** Runs `then` if the i32 on the stack is not 0, otherwise `or`. */
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

  /** Runs the body, then again while the i32 that `again` leaves on the stack is not 0. */
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

/** A module that imports its memory as env.memory, i32 constants as env.<name>, and exports functions. */
export class ModuleBuilder {
  readonly #functions: FunctionBuilder[] = [];
  readonly #exports: { name: string; index: number }[] = [];
  readonly #globals: string[] = [];

  /** @returns the function's index, to call it by */
  add(f: FunctionBuilder): number {
    return this.#functions.push(f) - 1;
  }

  export(name: string, index: number): void {
    this.#exports.push({ name, index });
  }

  /** @returns the index of an i32 that is imported by this name */
  importGlobal(name: string): number {
    return this.#globals.push(name) - 1;
  }

  /**
   * @param pages of 64 KiB that the memory has at least
   * @param shared whether several threads run the module over one memory, which then has just these pages
   */
  encode(pages: number, shared = false): Uint8Array<ArrayBuffer> {
    const out: number[] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    const section = (id: number, count: number, content: number[]) => {
      const body: number[] = [];
      unsigned(count, body);
      for (const byte of content) body.push(byte);
      out.push(id);
      sized(body, out);
    };
    const name = (text: string): number[] => {
      const bytes: number[] = [];
      sized([...new TextEncoder().encode(text)], bytes);
      return bytes;
    };
    const arities = [...new Set(this.#functions.map((f) => f.parameters))];
    const types = arities.flatMap((arity) => {
      const type = [0x60];
      sized(new Array(arity).fill(TYPE.i32), type);
      type.push(0);
      return type;
    });
    section(1, arities.length, types);
    const imports = [...name('env'), ...name('memory'), 0x02, shared ? 0x03 : 0x00];
    unsigned(pages, imports);
    if (shared) unsigned(pages, imports);
    for (const global of this.#globals) imports.push(...name('env'), ...name(global), 0x03, TYPE.i32, 0x00);
    section(2, 1 + this.#globals.length, imports);
    section(
      3,
      this.#functions.length,
      this.#functions.flatMap((f) => {
        const index: number[] = [];
        unsigned(arities.indexOf(f.parameters), index);
        return index;
      }),
    );
    section(
      7,
      this.#exports.length,
      this.#exports.flatMap(({ name: text, index }) => {
        const entry = [...name(text), 0x00];
        unsigned(index, entry);
        return entry;
      }),
    );
    const code: number[] = [];
    for (const f of this.#functions) sized(f.encode(), code);
    section(10, this.#functions.length, code);
    return Uint8Array.from(out);
  }
}
