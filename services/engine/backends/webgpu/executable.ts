// A program on a device: pipelines, bind groups and the arena are created once; a run is one command buffer of k steps, after which its
// records are read back.

import { OutOfMemory } from '../../errors.ts';
import { type Stored, widthOf } from '../../expression.ts';
import { lower } from '../../lower/lower.ts';
import type { Program } from '../../program.ts';
import { seedWord } from '../../random.ts';
import type { Executable, Numbers, RunOptions } from '../backend.ts';
import { checkOrder, checkRun, checkWrite } from '../checks.ts';
import { AddressTable, WINDOW_BYTES } from './address-table.ts';
import { type Call, generate, type ProgramCode } from './codegen.ts';
import type { Device } from './device.ts';
import { BEGUN, ONE, SEED } from './run-header.ts';
import { MOST_GROUPS } from './shader.ts';

/** A state, data or output slot: its byte address in the arena and its size in elements. */
interface Slot {
  readonly at: number;
  readonly size: number;
  readonly dtype: Stored;
}

interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly across: number;
  readonly down: number;
  /** Byte offset of the call's addresses in the uniform buffer. */
  readonly offset: number;
}

interface Entry {
  readonly batch: number;
  readonly recordCount: number;
  readonly advance: Dispatch;
  readonly dispatches: readonly Dispatch[];
}

export class WebGpuExecutable implements Executable {
  readonly bytes: number;
  readonly threads = 1;
  readonly #device: Device;
  readonly #program: Program;
  readonly #code: ProgramCode;
  readonly #arena: GPUBuffer;
  readonly #bases: GPUBuffer;
  readonly #staging: GPUBuffer;
  readonly #group: GPUBindGroup;
  readonly #slots: ReadonlyMap<string, Slot>;
  readonly #entries: ReadonlyMap<string, Entry>;

  static async compile(program: Program, device: Device): Promise<WebGpuExecutable> {
    const lowered = lower(program);
    const code = generate(program, lowered, device.shares);
    if (code.bytes > device.mostBytes)
      throw new OutOfMemory(
        `the job needs ${code.bytes} bytes on the GPU, whose limit is ${device.mostBytes}: use a smaller batch_size`,
      );
    const pipelines = await device.answer(
      Promise.all(code.shaders.map((shader) => device.pipelines.of(shader))),
    );
    const slots = new Map<string, Slot>();
    const slot = (name: string, buffer: number) => {
      const { size, dtype } = lowered.buffers[buffer]!;
      slots.set(name, { at: code.plan.addresses[buffer]!, size, dtype });
    };
    for (const [name, buffer] of lowered.slots) slot(name, buffer);
    for (const { outputs } of lowered.entries) for (const [name, buffer] of outputs) slot(name, buffer);
    // Only an attempt to allocate shows how much memory other processes have left.
    const gpu = device.device;
    gpu.pushErrorScope('validation');
    gpu.pushErrorScope('out-of-memory');
    const made = new WebGpuExecutable(program, device, code, pipelines, slots);
    const [full, invalid] = await device.answer(Promise.all([gpu.popErrorScope(), gpu.popErrorScope()]));
    if (full === null && invalid === null) return made;
    made.dispose();
    if (full === null) throw new Error(`the GPU refused: ${invalid!.message}`);
    throw new OutOfMemory(
      `the job needs ${code.bytes} bytes on the GPU, which has too little free memory (${full.message}): use a smaller batch_size`,
    );
  }

  private constructor(
    program: Program,
    device: Device,
    code: ProgramCode,
    pipelines: readonly GPUComputePipeline[],
    slots: ReadonlyMap<string, Slot>,
  ) {
    this.#program = program;
    this.#device = device;
    this.#code = code;
    this.#slots = slots;
    this.bytes = Math.ceil(code.bytes / 16) * 16;
    const gpu = device.device;
    this.#arena = gpu.createBuffer({
      size: this.bytes,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    const widest = Math.max(1, ...code.entries.map(({ recordCount }) => recordCount));
    this.#staging = gpu.createBuffer({
      size: program.maxSteps * widest * 4,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const tables = new AddressTable();
    const dispatch = ({ shader, bases }: Call): Dispatch => {
      const { groups } = code.shaders[shader]!;
      const across = Math.min(groups, MOST_GROUPS);
      const offset = tables.offsetOf(bases);
      return { pipeline: pipelines[shader]!, across, down: Math.ceil(groups / across), offset };
    };
    this.#entries = new Map(
      code.entries.map((entry) => [
        entry.name,
        {
          batch: entry.batch,
          recordCount: entry.recordCount,
          advance: dispatch(entry.advance),
          dispatches: entry.calls.map(dispatch),
        },
      ]),
    );
    this.#bases = tables.buffer(gpu);
    this.#group = gpu.createBindGroup({
      layout: device.pipelines.bindGroupLayout,
      entries: [
        { binding: 0, resource: { buffer: this.#arena } },
        { binding: 1, resource: { buffer: this.#bases, size: WINDOW_BYTES } },
      ],
    });
    this.#upload(SEED * 4, Uint32Array.of(seedWord(program.seed)));
    this.#upload(ONE * 4, Float32Array.of(1));
    this.writeOrder(Int32Array.from({ length: program.rows }, (_, i) => i));
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Error(`no entry "${name}"`);
    return entry;
  }

  #slot(name: string) {
    const slot = this.#slots.get(name);
    if (slot === undefined) throw new Error(`no slot "${name}"`);
    return slot;
  }

  write(name: string, values: Numbers, offset?: number): void {
    const slot = this.#slot(name);
    checkWrite(name, values, slot, offset);
    this.#upload(slot.at + (offset ?? 0) * widthOf(slot.dtype), values);
  }

  #upload(at: number, values: Numbers | Uint32Array<ArrayBuffer>): void {
    const { buffer, byteOffset, byteLength } = values;
    const { queue } = this.#device.device;
    // WebGPU writes whole words: leftover bytes are padded with zeros, which fall into the alignment gap after the slot.
    const whole = byteLength - (byteLength % 4);
    if (whole > 0) queue.writeBuffer(this.#arena, at, buffer, byteOffset, whole);
    if (whole === byteLength) return;
    const last = new Uint8Array(4);
    last.set(new Uint8Array(buffer, byteOffset + whole, byteLength - whole));
    queue.writeBuffer(this.#arena, at + whole, last);
  }

  async read(name: string): Promise<Numbers> {
    const { at, size, dtype } = this.#slot(name);
    const gpu = this.#device.device;
    const bytes = Math.ceil((size * widthOf(dtype)) / 4) * 4;
    const staging = gpu.createBuffer({
      size: bytes,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    try {
      const encoder = gpu.createCommandEncoder();
      encoder.copyBufferToBuffer(this.#arena, at, staging, 0, bytes);
      gpu.queue.submit([encoder.finish()]);
      await this.#device.answer(staging.mapAsync(GPUMapMode.READ));
      const copy = staging.getMappedRange().slice(0);
      if (dtype === 'u8') return new Uint8Array(copy, 0, size);
      return dtype === 'i32' ? new Int32Array(copy) : new Float32Array(copy);
    } finally {
      staging.destroy();
    }
  }

  writeOrder(order: Int32Array): void {
    checkOrder(this.#program, order);
    if (order.length > 0) this.#upload(this.#code.addresses.order * 4, order);
  }

  async run(entryName: string, options: RunOptions): Promise<Float32Array> {
    const { batch, recordCount, advance, dispatches } = this.#entry(entryName);
    checkRun(this.#program, batch, options);
    const { steps, cursor, counter, scalars } = options;
    const tables = this.#code.addresses;
    this.#upload(BEGUN * 4, Uint32Array.of(0, cursor, counter));
    if (scalars.length > 0) this.#upload(tables.scalars * 4, scalars);

    const gpu = this.#device.device;
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (let step = 0; step < steps; step++) {
      this.#encode(pass, advance);
      for (const each of dispatches) this.#encode(pass, each);
    }
    this.#encode(pass, advance);
    pass.end();
    const bytes = steps * recordCount * 4;
    if (bytes > 0) encoder.copyBufferToBuffer(this.#arena, tables.records * 4, this.#staging, 0, bytes);
    gpu.queue.submit([encoder.finish()]);
    if (bytes === 0) {
      await this.#device.answer(gpu.queue.onSubmittedWorkDone());
      return new Float32Array(0);
    }
    await this.#device.answer(this.#staging.mapAsync(GPUMapMode.READ, 0, bytes));
    const records = new Float32Array(this.#staging.getMappedRange(0, bytes).slice(0));
    this.#staging.unmap();
    return records;
  }

  #encode(pass: GPUComputePassEncoder, { pipeline, across, down, offset }: Dispatch): void {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, this.#group, [offset]);
    pass.dispatchWorkgroups(across, down);
  }

  dispose(): void {
    this.#arena.destroy();
    this.#bases.destroy();
    this.#staging.destroy();
  }
}
