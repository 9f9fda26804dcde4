import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import { describeMapping, type Mapping } from "../hardware/dataflow/mapping.ts";
import { candidates } from "../hardware/mapper/mapper.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import { fastMapping } from "../kernel/wasm.ts";
import { seededRandom } from "../random.ts";
import { grouped } from "../report/format.ts";
import { occupancy } from "../trace/occupancy.ts";
import { randomLayer } from "../trace/random-layer.ts";
import type { LayerTrace, Trace } from "../trace/trace.ts";
import { type ArrayBench, arrayBench } from "./array-bench.ts";
import { recordLayer } from "./array-record.ts";
import type { Difference } from "./expected.ts";
import type { PortShape, Stimulus } from "./stimulus.ts";

/** Something that simulates the module `swg`. */
export interface ArraySimulator {
  readonly ports: readonly PortShape[];
  /** The words of every output for each cycle, as they were before its rising edge. */
  run(stimulus: Stimulus): Uint32Array;
}

/** A layer as it is run on the array. */
export interface MappedLayer {
  readonly trace: LayerTrace;
  readonly mapping: Mapping;
}

/** What was compared, and the first difference if there is one. */
export interface CheckResult {
  /** cycles compared, and layers that they are of */
  readonly cycles: number;
  readonly layers: number;
  /** of the hardware in these: cycles in which MACs worked, of all PEs together, and gradients that left */
  readonly busyCycles: number;
  readonly gradients: number;
  readonly difference?: FoundDifference;
}

/** The first difference, and what ran. */
export interface FoundDifference extends Difference, MappedLayer {
  readonly bench: ArrayBench;
}

/** A layer that ran in the hardware as the cycle model ran it. */
export interface CheckedLayer {
  readonly bench: ArrayBench;
  readonly cycles: number;
  readonly difference: Difference | undefined;
  /** of the hardware: [PE, column by column] cycles in which its MAC worked; gradients that left */
  readonly busyCycles: readonly number[];
  readonly gradients: number;
}

/** Runs one layer in the hardware and in the cycle model. */
export function checkLayer(
  simulator: ArraySimulator,
  { trace, mapping }: MappedLayer,
  parameters: SwgParameters,
): CheckedLayer {
  const occupied = occupancy(trace);
  const record = recordLayer(occupied, layerStatistics(occupied), mapping, parameters);
  const bench = arrayBench(simulator.ports, trace, record, mapping, parameters);
  const outputs = simulator.run(bench.stimulus);
  return {
    bench,
    cycles: record.run.activity.cycles,
    difference: bench.expected.compare(outputs),
    busyCycles: bench.expected.cyclesOf(outputs, "busy"),
    gradients: sum(bench.expected.cyclesOf(outputs, "gradient_valid")),
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);

/** Layers drawn from a seed, each under a mapping drawn from all that fit it; `draws` of them, less those that none fits. */
export function* randomLayers(
  parameters: SwgParameters,
  seed: number,
  draws = Number.POSITIVE_INFINITY,
): Generator<MappedLayer> {
  const random = seededRandom(seed);
  for (let drawn = 0; drawn < draws; drawn++) {
    const trace = flattenPointwise(randomLayer(random));
    const all = [...candidates(layerStatistics(occupancy(trace)), parameters)];
    const pick = random.below(Math.max(1, all.length));
    if (all.length > 0) yield { trace, mapping: all[pick] };
  }
}

/** Layers of a captured step, each under the mapping that the machine would take. */
export function* capturedLayers(
  step: Trace,
  names: readonly string[],
  parameters: SwgParameters,
): Generator<MappedLayer> {
  for (const name of names) {
    const trace = step.read(name);
    yield { trace: flattenPointwise(trace), mapping: fastMapping(occupancy(trace), parameters) };
  }
}

/** Runs layers, one after the other, until `enough` cycles were compared. `onLayer` is told of each that is to come. */
export function checkLayers(
  simulator: ArraySimulator,
  layers: Iterable<MappedLayer>,
  parameters: SwgParameters,
  enough = Number.POSITIVE_INFINITY,
  onLayer: (name: string) => void = () => {},
): CheckResult {
  const same = { cycles: 0, layers: 0, busyCycles: 0, gradients: 0 };
  for (const layer of layers) {
    onLayer(layer.trace.layer.name);
    const { bench, cycles, busyCycles, gradients, difference } = checkLayer(simulator, layer, parameters);
    if (difference) return { ...same, difference: { ...difference, ...layer, bench } };
    same.cycles += cycles;
    same.layers++;
    same.busyCycles += sum(busyCycles);
    same.gradients += gradients;
    if (same.cycles >= enough) break;
  }
  return same;
}

/** A check in words, for whoever reads a terminal. */
export function checkText(
  { cycles, layers, busyCycles, gradients, difference }: CheckResult,
  { columns, rows }: SwgParameters,
): string {
  const many = (count: number, of: string) => `${grouped(count)} ${of}${count === 1 ? "" : "s"}`;
  const found = many(difference ? 1 : 0, "difference");
  const lines = [
    `${many(cycles, "cycle")} of ${many(layers, "layer")} compared: ${found}`,
    `on ${many(columns, "column")} of ${many(rows, "PE")}, the same in hardware and model: every output in each cycle, ${many(busyCycles, "busy PE-cycle")} PE by PE, ${many(gradients, "gradient")} bit by bit`,
  ];
  if (difference) {
    const { cycle, signal, expected, actual, mapping, trace } = difference;
    lines.push(
      `cycle ${cycle}: ${signal} must be ${expected}, is ${actual}`,
      `layer ${JSON.stringify(trace.layer)}`,
      `mapping: ${describeMapping(mapping)}`,
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}
