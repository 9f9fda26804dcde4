/**
 * Tools for SystemVerilog of your own: simulated, synthesised, its switching counted. Needs Node; what compiles and
 * synthesises needs the optional packages `@yowasp/yosys` and `@yowasp/clang`. SWG's own blocks lie beside their models in
 * `src/hardware` and are no interface yet.
 *
 * @module swg-sim/rtl
 */

// Circuits: SystemVerilog as WebAssembly

export type { Wave } from "../report/vcd.ts";
export { Circuit, type CircuitState, type Port } from "./circuit.ts";
export type { CircuitSource, CompiledCircuit } from "./compile-circuit.ts";
export type { Signal } from "./cxxrtl-signals.ts";
export {
  type CycleModel,
  type Difference,
  describeDifference,
  firstDifference,
  type PortValues,
} from "./lock-step.ts";
export { Recorder } from "./recorder.ts";

// Synthesis

export type { CriticalPath } from "./critical-path.ts";
export { libertyText } from "./liberty.ts";
export type { LongestWay } from "./longest-way.ts";
export {
  type Synthesis,
  type SynthesisedModule,
  type SynthesisedPart,
  type SynthesisOptions,
  synthesise,
} from "./synthesis.ts";
export { type SynthesisDocument, synthesisJson, synthesisText } from "./synthesis-text.ts";

// Toggles: a block as gates, simulated

export type { Netlist } from "./netlist.ts";
export { type BlockNetlist, type BlockSource, gateNetlist } from "./toggles/gate-netlist.ts";
export { GateSimulator, type Toggles } from "./toggles/gate-simulator.ts";
export { YosysThread } from "./toolchain.ts";
