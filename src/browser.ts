/**
 * Everything that simulates, reads bytes and draws, and needs nothing of Node. `swg-sim` has it too.
 *
 * @module swg-sim/browser
 */

// Layers and traces

export { arraySource, type ByteSource } from "./trace/byte-source.ts";
export type { Coverage, LeftOut } from "./trace/coverage.ts";
export type { LayerDensities } from "./trace/density.ts";
export { bitmapsOnly, memoryTrace } from "./trace/memory-trace.ts";
export { encodeNpz } from "./trace/numpy/encode-npz.ts";
export { readNpz } from "./trace/numpy/npz.ts";
export { checkedOccupancy as occupancy, type Occupancy, type OccupancySource } from "./trace/occupancy.ts";
export type { OpenSizes } from "./trace/onnx/input-sizes.ts";
export { type OnnxNetwork, onnxNetwork } from "./trace/onnx/network.ts";
export { readTraceFile, type TraceFile } from "./trace/swg-trace.ts";
export {
  type SyntheticTrace,
  type SyntheticTraceOptions,
  syntheticTrace,
  syntheticTraceOf,
} from "./trace/synthetic.ts";
export { convolutionTopology, gemmTopology, type TopologyLayer } from "./trace/topology/encode.ts";
export { type TopologyNetwork, topologyNetwork } from "./trace/topology/network.ts";
export { type ProblemDensities, timeloopProblem } from "./trace/topology/timeloop-problem.ts";
export type { LayerContents, LayerTrace, Trace, TraceLabels, Values, ValueType } from "./trace/trace.ts";
export { denseMacs, type Layer } from "./workload/layer.ts";
export { networks } from "./workload/networks/index.ts";
export type { LayerZeros, Network } from "./workload/networks/network.ts";
export { type Phase, phases } from "./workload/phase.ts";
export { soundConvolution as convolution, soundLinear as linear } from "./workload/sound-layer.ts";
export type { StructuredMask } from "./workload/structured-mask.ts";

// The functional reference

export { type Verification, verifyLayer } from "./training/verify.ts";
export { weightGradient } from "./training/weight-gradient.ts";

// Machines

export { type Accelerator, accelerator, phasesOf, simulatorOf } from "./accelerators/accelerator.ts";
export { accelerators } from "./accelerators/index.ts";
export { type Machine, type ModuleFile, machineOf, select, withParameters } from "./accelerators/machine.ts";
export {
  type Activity,
  type CycleBreakdown,
  type EventCounts,
  type IdleCause,
  idleCauses,
} from "./events.ts";
export { swgCycleModel } from "./hardware/array/swg-cycle-model.ts";
export type { CycleModel } from "./hardware/cycle-model.ts";
export { type MachineGradient, machineGradient } from "./hardware/functional-check/machine-gradient.ts";
export { type SwgParameters, swgParameters } from "./hardware/parameters.ts";
export type { Kernel } from "./kernel/kernel.ts";
export { reference } from "./kernel/reference.ts";
export { fast } from "./kernel/wasm.ts";
export type {
  ChoiceParameter,
  NumberParameter,
  Parameter,
  Parameters,
  ParameterValues,
  SwitchParameter,
} from "./parameter.ts";

// Energy and area

export type { Components, LogicComponent, MemoryComponent, MemoryName } from "./accelerators/components.ts";
export type { AreaPart } from "./energy/area.ts";
export { type Dram, drams } from "./energy/dram.ts";
export type { DramTraffic } from "./energy/dram-traffic.ts";
export {
  energyOf,
  onChipPj,
  type PartsPj,
  type PricedMachine,
  pricedMachine,
  totalPj,
} from "./energy/energy.ts";
export { nodes } from "./energy/nodes/index.ts";
export type { ProcessNode } from "./energy/nodes/process-node.ts";
export type { Prices } from "./energy/prices.ts";
export type { Roofline } from "./energy/roofline.ts";
export { emptyBreakdown, noEvents } from "./events.ts";

// Runs and reports

export { InputError } from "./input-error.ts";
export type { Ablation, AblationResult, AblationRow, Mechanisms } from "./report/ablation.ts";
export type { BoundBy } from "./report/bound.ts";
export {
  type BrokenRule,
  checkMachine,
  type MachineCheck,
  type RuleResult,
} from "./report/check-machine.ts";
export type { ReportCoverage } from "./report/coverage.ts";
export { reportCsv } from "./report/csv.ts";
export type { EnergyResult } from "./report/energy-result.ts";
export type { DataTable, Figure } from "./report/figures/figure.ts";
export { reportFigures } from "./report/figures/index.ts";
export { reportJson } from "./report/json.ts";
export type { LiftedLimits } from "./report/lifted-limits.ts";
export type {
  LayerReport,
  LayerResult,
  MachineReport,
  Report,
  TotalResult,
  Totals,
} from "./report/report.ts";
export { type RunOptions, type RunProgress, runTrace } from "./report/run-trace.ts";
export { reportText } from "./report/text.ts";
export { whyNotFaster, whySentences } from "./report/why.ts";
