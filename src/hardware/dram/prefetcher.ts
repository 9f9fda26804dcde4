import type { Port } from "../buffer/port.ts";

/** Something that is read from DRAM into the global buffer, and leaves it when the array has taken it. */
interface Item {
  readonly bytes: number;
  /** cycle at which it was there; undefined until asked for */
  arrived: number | undefined;
}

/**
 * Reads the maps from DRAM in the order in which the array will take them, as far ahead as the global buffer
 * has room. Items are taken in order; an item larger than the room passes through an empty buffer.
 */
export class Prefetcher {
  private readonly queue: Item[] = [];
  private readonly ahead: Iterator<readonly number[]>;
  private readonly dram: Port;
  private readonly room: number;
  private inBuffer = 0;
  private freed = 0;
  /** items in the queue that DRAM was asked for */
  private asked = 0;

  /** `ahead` lists the items' bytes, a batch at a time. */
  constructor(ahead: Iterator<readonly number[]>, dram: Port, room: number) {
    this.ahead = ahead;
    this.dram = dram;
    this.room = room;
    this.fill();
  }

  /** Cycle at which the next item is in the global buffer. */
  arrival(): number {
    return this.queue[0].arrived!;
  }

  /** The array has taken the next item at `cycle`; its room is free from then on. */
  take(cycle: number): void {
    this.inBuffer -= this.queue.shift()!.bytes;
    this.asked--;
    this.freed = Math.max(this.freed, cycle);
    this.fill();
  }

  private fill(): void {
    for (;;) {
      if (this.asked === this.queue.length) {
        const more = this.ahead.next();
        if (more.done) return;
        for (const bytes of more.value) this.queue.push({ bytes, arrived: undefined });
        continue;
      }
      const item = this.queue[this.asked];
      if (this.inBuffer > 0 && this.inBuffer + item.bytes > this.room) return;
      item.arrived = this.dram.transfer(this.freed, item.bytes);
      this.inBuffer += item.bytes;
      this.asked++;
    }
  }
}
