import type { Port } from "../buffer/port.ts";

/** Gradients on their way out: through the global buffer's write port into a queue of fixed size, then DRAM. */
export class WriteQueue {
  private readonly waiting: { bytes: number; written: number }[] = [];
  private readonly port: Port;
  private readonly dram: Port;
  private readonly room: number;
  private inQueue = 0;
  /** cycle at which the last gradient was in DRAM */
  written = 0;
  /** cycle from which the queue had room for what was put last */
  started = 0;

  constructor(port: Port, dram: Port, room: number) {
    this.port = port;
    this.dram = dram;
    this.room = room;
  }

  /**
   * Takes `bytes` that a column can send from cycle `ready` on, in no less than `columnCycles`.
   * Returns the cycle at which the column's accumulators are free.
   */
  put(ready: number, bytes: number, columnCycles: number): number {
    let start = ready;
    while (this.inQueue > 0 && this.inQueue + bytes > this.room) {
      const oldest = this.waiting.shift()!;
      this.inQueue -= oldest.bytes;
      start = Math.max(start, oldest.written);
    }
    this.started = start;
    const most = Math.ceil(bytes / columnCycles);
    const sent = Math.max(start + columnCycles, this.port.transfer(start, bytes, most));
    const written = this.dram.transfer(sent, bytes);
    this.waiting.push({ bytes, written });
    this.written = Math.max(this.written, written);
    this.inQueue += bytes;
    return sent;
  }
}
