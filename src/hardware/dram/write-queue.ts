import type { Port } from "../buffer/port.ts";

/** When the first of some gradients begins to leave the array, and when the last one has left it. */
export interface Sent {
  readonly start: number;
  readonly end: number;
}

/**
 * Gradients on their way out: through the global buffer's write port into a queue of fixed size, then DRAM (assumed, D13). What is sent is in the queue `latency` cycles
 * after it has left the array.
 */
export class WriteQueue {
  private readonly waiting: { readonly bytes: number; readonly written: number }[] = [];
  private readonly port: Port;
  private readonly dram: Port;
  private readonly room: number;
  private readonly latency: number;
  private inQueue = 0;
  /** cycle at which the last gradient was in DRAM */
  written = 0;

  constructor(port: Port, dram: Port, room: number, latency: number) {
    this.port = port;
    this.dram = dram;
    this.room = room;
    this.latency = latency;
  }

  /** Takes `bytes` that can be sent from cycle `ready` on, in `cycles` that follow each other; they wait for the queue to have room, and for the port. */
  put(ready: number, bytes: number, cycles: number): Sent {
    let start = ready;
    while (this.inQueue > 0 && this.inQueue + bytes > this.room) {
      const oldest = this.waiting.shift()!;
      this.inQueue -= oldest.bytes;
      start = Math.max(start, oldest.written);
    }
    const end = Math.max(start + cycles, this.port.transfer(start, bytes));
    const written = this.dram.transfer(end + this.latency, bytes);
    this.waiting.push({ bytes, written });
    this.written = Math.max(this.written, written);
    this.inQueue += bytes;
    return { start: end - cycles, end };
  }
}
