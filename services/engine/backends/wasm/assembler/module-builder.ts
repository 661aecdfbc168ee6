// Builds a WebAssembly module: functions with exports, one imported memory, and imported i32 constants.

import { sized, unsigned } from './encoding.ts';
import type { FunctionBuilder } from './function-builder.ts';
import { TYPE } from './opcodes.ts';

/** A module that imports its memory as env.memory, i32 constants as env.<name>, and exports functions. */
export class ModuleBuilder {
  readonly #functions: FunctionBuilder[] = [];
  readonly #exports: { name: string; index: number }[] = [];
  readonly #globals: string[] = [];

  /** @returns the function's index, for calls */
  add(f: FunctionBuilder): number {
    return this.#functions.push(f) - 1;
  }

  export(name: string, index: number): void {
    this.#exports.push({ name, index });
  }

  /** @returns the index of the i32 global imported under this name */
  importGlobal(name: string): number {
    return this.#globals.push(name) - 1;
  }

  /**
   * @param pages minimum size of the memory, in pages of 64 KiB
   * @param shared whether several threads run the module over one shared memory, whose size is then fixed at `pages`
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
