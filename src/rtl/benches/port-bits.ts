import type { Circuit } from "../circuit.ts";

/** Inputs of a circuit that are put together from parts in each cycle: what is not set is 0. */
export class PortBits {
  private readonly bits: Map<string, bigint>;

  constructor(ports: readonly string[]) {
    this.bits = new Map(ports.map((port) => [port, 0n]));
  }

  /** Part number `at` of a port whose parts are so many bits wide. */
  set(port: string, at: number, width: number, value: number | bigint | boolean): void {
    this.bits.set(port, this.bits.get(port)! | (BigInt(value) << BigInt(at * width)));
  }

  /** Gives a circuit this cycle's inputs, and begins the next cycle's. */
  apply(circuit: Circuit): void {
    for (const [port, bits] of this.bits) {
      circuit.set(port, bits);
      this.bits.set(port, 0n);
    }
  }
}
