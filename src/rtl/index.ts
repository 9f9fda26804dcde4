/**
 * The machine in SystemVerilog, and tools for SystemVerilog of your own. Needs Node; what compiles and synthesises needs the
 * optional packages `@yowasp/yosys` and `@yowasp/clang`.
 *
 * @module swg-sim/rtl
 */

// The design of SWG

export { type DesignParameters, designParameters, designPurposes, designSource } from "./design.ts";
export { generateDesign } from "./generate.ts";

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

// SWG's design beside its cycle model

export type { Mapping } from "../hardware/dataflow/mapping.ts";
export type { ArrayBench } from "./array-bench.ts";
export {
  type ArraySimulator,
  type CheckResult,
  capturedLayers,
  checkLayers,
  checkText,
  type FoundDifference,
  type MappedLayer,
  randomLayers,
} from "./check.ts";
export { circuitSimulator, waveform } from "./circuit-simulator.ts";
export type { PortShape, Stimulus } from "./stimulus.ts";

// Synthesis

export type { CriticalPath } from "./critical-path.ts";
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
