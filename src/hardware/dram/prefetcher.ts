import type { Fetch } from "../buffer/fetch.ts";
import type { Port } from "../buffer/port.ts";

/** Something that is read from DRAM into the global buffer, and leaves it when all who need it have taken it. */
interface Item {
  readonly bytes: number;
  /** that have not taken it */
  takers: number;
  /** undefined until asked for */
  fetch: Fetch | undefined;
}

/** What DRAM is asked for: so many bytes, taken by so many. */
export interface Request {
  readonly bytes: number;
  readonly takers: number;
}

/**
 * Reads the maps from DRAM in the order in which the array will ask for them, as far ahead as the global buffer has room (assumed, D14). An item
 * larger than the room passes through an empty buffer.
 */
export class Prefetcher {
  /** [number] undefined once it was taken by all */
  private readonly items: (Item | undefined)[] = [];
  private readonly ahead: Iterator<Request>;
  private readonly dram: Port;
  private readonly room: number;
  private readonly onArrival: (cycle: number) => void;
  private next: Item | undefined;
  private inBuffer = 0;

  /** `onArrival` is told of the cycles at which items will be there. */
  constructor(ahead: Iterator<Request>, dram: Port, room: number, onArrival: (cycle: number) => void) {
    this.ahead = ahead;
    this.dram = dram;
    this.room = room;
    this.onArrival = onArrival;
    this.fill(0);
  }

  /** How item `number` comes into the global buffer; undefined as long as there is no room for it. */
  fetchOf(number: number): Fetch | undefined {
    return this.items[number]?.fetch;
  }

  /** Cycle at which it is there. */
  arrival(number: number): number | undefined {
    return this.fetchOf(number)?.inBuffer;
  }

  /** One of those who need item `number` has taken it by cycle `now`; the last one frees its room. */
  take(number: number, now: number): void {
    const item = this.items[number]!;
    item.takers--;
    if (item.takers > 0) return;
    this.items[number] = undefined;
    this.inBuffer -= item.bytes;
    this.fill(now);
  }

  private fill(now: number): void {
    for (;;) {
      if (!this.next) {
        const more = this.ahead.next();
        if (more.done) return;
        this.next = { ...more.value, fetch: undefined };
      }
      const { bytes, takers } = this.next;
      if (this.inBuffer > 0 && this.inBuffer + bytes > this.room) return;
      const busy = Math.min(now, this.dram.free);
      const inBuffer = this.dram.transfer(now, bytes);
      this.next.fetch = { busy, room: now, inBuffer };
      // what arrives at once is seen by those before its taker in the next cycle
      this.onArrival(Math.max(inBuffer, now + 1));
      this.items.push(takers > 0 ? this.next : undefined);
      if (takers > 0) this.inBuffer += bytes;
      this.next = undefined;
    }
  }
}
