import type { Occupancy, OccupancySource } from "../../src/trace/occupancy.ts";

/** Bytes of layers that are kept beside the last one, so that another machine on the same layer starts at once. */
const mostBytes = 2 ** 26;

const bytesOf = ({ fmap, emap, mask }: Occupancy): number => fmap.length + emap.length + (mask?.length ?? 0);

/** The layers of a source that were used last, as many as `mostBytes` has room for, and always the last one. */
export class HeldLayers {
  readonly #trace: OccupancySource;
  /** the one that was used last stands last */
  readonly #held = new Map<string, Occupancy>();

  constructor(trace: OccupancySource) {
    this.#trace = trace;
  }

  /** Where a layer's tensors are not zero. Throws `InputError` for tensors that are not what they should be. */
  occupancy(name: string): Occupancy {
    let found = this.#held.get(name);
    this.#held.delete(name);
    if (!found) {
      this.#makeRoom(mostBytes / 2);
      found = this.#trace.occupancy(name);
    }
    this.#makeRoom(mostBytes - bytesOf(found));
    this.#held.set(name, found);
    return found;
  }

  #makeRoom(room: number): void {
    let bytes = Array.from(this.#held.values(), bytesOf).reduce((sum, one) => sum + one, 0);
    for (const [name, one] of this.#held) {
      if (bytes <= room) return;
      this.#held.delete(name);
      bytes -= bytesOf(one);
    }
  }
}
