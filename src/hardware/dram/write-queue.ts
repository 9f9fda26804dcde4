import type { Port } from "../buffer/port.ts";

/** When gradients could leave the array, and when they had left it. */
export interface Sent {
  readonly start: number;
  readonly end: number;
}

/** Gradients on their way out: through the global buffer's write port into a queue of fixed size, then DRAM. */
export class WriteQueue {
  private readonly waiting: { readonly bytes: number; readonly written: number }[] = [];
  private readonly port: Port;
  private readonly dram: Port;
  private readonly room: number;
  private inQueue = 0;
  /** cycle at which the last gradient was in DRAM */
  written = 0;

  constructor(port: Port, dram: Port, room: number) {
    this.port = port;
    this.dram = dram;
    this.room = room;
  }

  /** Takes `bytes` that can be sent from cycle `ready` on, in no less than `cycles`; they wait until the queue has room. */
  put(ready: number, bytes: number, cycles: number): Sent {
    let start = ready;
    while (this.inQueue > 0 && this.inQueue + bytes > this.room) {
      const oldest = this.waiting.shift()!;
      this.inQueue -= oldest.bytes;
      start = Math.max(start, oldest.written);
    }
    const end = Math.max(start + cycles, this.port.transfer(start, bytes));
    const written = this.dram.transfer(end, bytes);
    this.waiting.push({ bytes, written });
    this.written = Math.max(this.written, written);
    this.inQueue += bytes;
    return { start, end };
  }
}
