import type { Format, LogicBlock } from "../accelerators/components.ts";
import { sumAdder, type UnitCost } from "./arithmetic.ts";
import { operationAt45 } from "./operations.ts";

/** What a block of logic costs once, at 45 nm and 0.9 V: of 32 bits, but a register of one bit and the adder of sums. */
export const logicBlock = (block: LogicBlock, format: Format): UnitCost =>
  block === "sumAdder" ? sumAdder(format) : fixedBlocks[block];

const fixedBlocks: Readonly<Record<Exclude<LogicBlock, "sumAdder">, UnitCost>> = {
  register: operationAt45("register", "1 bit"),
  bitwise: operationAt45("bitwise", "32 bit"),
  shifter: operationAt45("shifter", "32 bit"),
  popcount: { ...operationAt45("add", "int32"), derived: "as an adder of 32 bits" },
  counter: operationAt45("counter", "32 bit"),
  comparator: operationAt45("comparator", "32 bit"),
  crossbar: operationAt45("crossbar 1 to 4", "32 bit"),
};

/**
 * A bit moved a mm over wires, pJ at 0.9 V: 310 pJ for 256 random bits over 10 mm at 40 nm, Keckler et al., IEEE Micro
 * 31(5), 2011, table 1, as quoted by others. The capacitance of a mm hardly depends on the node: derived for each node
 * by the square of the voltage.
 */
const wirePjPerBitMm = 310 / (256 * 10);

export const wireEnergy = (voltage: number): number => wirePjPerBitMm * (voltage / 0.9) ** 2;
