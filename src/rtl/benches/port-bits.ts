import type { SwgParameters } from "../../hardware/parameters.ts";
import type { Subject } from "./subject.ts";

/** Bits of a port that names one of so many things. */
export const bitsFor = (count: number): number => Math.max(1, Math.ceil(Math.log2(count)));

/** Bits of the number of a trace in its PE. */
export const traceBits = ({ traces }: SwgParameters): number => bitsFor(traces);

/** Inputs of a subject that are put together from parts in each cycle: what is not set is 0. */
export class PortBits {
  private readonly bits: Map<string, bigint>;

  constructor(ports: readonly string[]) {
    this.bits = new Map(ports.map((port) => [port, 0n]));
  }

  /** Part number `at` of a port whose parts are so many bits wide. */
  set(port: string, at: number, width: number, value: number | bigint | boolean): void {
    this.bits.set(port, this.bits.get(port)! | (BigInt(value) << BigInt(at * width)));
  }

  /** Gives a subject this cycle's inputs, and begins the next cycle's. */
  apply(subject: Subject): void {
    for (const [port, bits] of this.bits) {
      subject.set(port, bits);
      this.bits.set(port, 0n);
    }
  }
}
