import type { Backend } from "./backend.ts";

const alignment = 128;
/** Behind each piece, for kernels that read a register beyond a row's end. */
const slack = 256;

/** Memory for what a kernel needs while it runs. It grows to the most that any kernel asked for, and stays. */
export class Scratch {
  readonly #wasm: Backend["wasm"];
  #start = 0;
  /** Bytes taken of the backend's heap. */
  bytes = 0;
  /** How often memory was taken, which ends with the first step of a training. */
  allocations = 0;

  constructor({ wasm }: Backend) {
    this.#wasm = wasm;
  }

  /** Pieces of so many bytes, in one block; the pieces given before are gone. */
  pieces(...sizes: number[]): number[] {
    const rounded = sizes.map((size) => Math.ceil((size + slack) / alignment) * alignment);
    this.#reserve(rounded.reduce((sum, size) => sum + size, alignment));
    let next = Math.ceil(this.#start / alignment) * alignment;
    return rounded.map((size) => {
      const piece = next;
      next += size;
      return piece;
    });
  }

  #reserve(bytes: number): void {
    if (bytes <= this.bytes) return;
    if (this.#start) this.#wasm._free(this.#start);
    this.bytes = 0;
    this.#start = this.#wasm._malloc(bytes) >>> 0;
    if (this.#start === 0)
      throw new Error(`tfjs-wasm-training: ${bytes} bytes of scratch do not fit in the wasm heap`);
    this.bytes = bytes;
    this.allocations++;
  }
}
