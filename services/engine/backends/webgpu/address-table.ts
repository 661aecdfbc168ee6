// The buffer addresses of all kernel calls of a program in one uniform buffer, of which each call sees a window at a dynamic offset. Calls
// with equal addresses share an entry.

/** Room for 64 addresses per call: WebGPU's alignment for dynamic offsets. */
export const WINDOW_BYTES = 256;
const MOST_ADDRESSES = WINDOW_BYTES / 4;

export class AddressTable {
  readonly #rows: (readonly number[])[] = [];
  readonly #known = new Map<string, number>();

  /** @returns offset into the buffer, in bytes */
  offsetOf(addresses: readonly number[]): number {
    if (addresses.length > MOST_ADDRESSES)
      throw new Error(`a kernel uses ${addresses.length} buffers, more than ${MOST_ADDRESSES}`);
    const key = addresses.join();
    let row = this.#known.get(key);
    if (row === undefined) {
      row = this.#rows.push(addresses) - 1;
      this.#known.set(key, row);
    }
    return row * WINDOW_BYTES;
  }

  buffer(gpu: GPUDevice): GPUBuffer {
    const values = new Int32Array(Math.max(1, this.#rows.length) * MOST_ADDRESSES);
    for (const [i, row] of this.#rows.entries()) values.set(row, i * MOST_ADDRESSES);
    const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
    const buffer = gpu.createBuffer({ size: values.byteLength, usage });
    gpu.queue.writeBuffer(buffer, 0, values);
    return buffer;
  }
}
