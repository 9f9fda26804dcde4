import { operationAt45 } from "./operations.ts";

/** Published units of 32 bits, a register of one bit, in pJ at 45 nm and 0.9 V: what prices were before toggles (D57). */
export const publishedLogicPj = {
  register: operationAt45("register", "1 bit").energyPj,
  bitwise: operationAt45("bitwise", "32 bit").energyPj,
  shifter: operationAt45("shifter", "32 bit").energyPj,
  /** as an adder of 32 bits */
  popcount: operationAt45("add", "int32").energyPj,
  counter: operationAt45("counter", "32 bit").energyPj,
  comparator: operationAt45("comparator", "32 bit").energyPj,
} as const;

/**
 * A bit moved a mm over wires, pJ at 0.9 V: 310 pJ for 256 random bits over 10 mm at 40 nm, Keckler et al., IEEE Micro
 * 31(5), 2011, table 1, as quoted by others. The capacitance of a mm hardly depends on the node: derived for each node
 * by the square of the voltage.
 */
const wirePjPerBitMm = 310 / (256 * 10);

export const wireEnergy = (voltage: number): number => wirePjPerBitMm * (voltage / 0.9) ** 2;
