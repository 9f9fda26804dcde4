import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import { candidates } from "../hardware/dataflow/mapper.ts";
import { describeMapping, type Mapping } from "../hardware/dataflow/mapping.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import { InputError } from "../input-error.ts";
import { seededRandom } from "../random.ts";
import { occupancy } from "../trace/occupancy.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { type ArrayBench, arrayBench } from "./array-bench.ts";
import { recordLayer } from "./array-record.ts";
import type { Difference } from "./expected.ts";
import { randomLayer } from "./random-layer.ts";
import type { PortShape, Stimulus } from "./stimulus.ts";

/** Something that simulates the module `swg`. */
export interface ArraySimulator {
  readonly ports: readonly PortShape[];
  /** The words of every output for each cycle, as they were before its rising edge. */
  run(stimulus: Stimulus): Uint32Array;
}

export interface CheckResult {
  /** cycles compared, and layers that they are of */
  readonly cycles: number;
  readonly layers: number;
  /** [reason] mappings that the hardware does not run */
  readonly refused: ReadonlyMap<string, number>;
  readonly difference?: FoundDifference;
}

/** The first difference, and what ran. */
export interface FoundDifference extends Difference {
  readonly trace: LayerTrace;
  readonly mapping: Mapping;
  readonly bench: ArrayBench;
}

/** Runs one layer in the hardware as the cycle model ran it; throws `InputError` for a mapping that it does not run. */
export function checkLayer(
  simulator: ArraySimulator,
  trace: LayerTrace,
  mapping: Mapping,
  parameters: SwgParameters,
): { bench: ArrayBench; cycles: number; difference: Difference | undefined } {
  const occupied = occupancy(trace);
  const record = recordLayer(occupied, layerStatistics(occupied), mapping, parameters);
  const bench = arrayBench(simulator.ports, trace, record, mapping, parameters);
  const difference = bench.expected.compare(simulator.run(bench.stimulus));
  return { bench, cycles: record.run.activity.cycles, difference };
}

/** Layers drawn from a seed, each under a mapping drawn from all that fit it, until `cycles` were compared. */
export function checkRandom(
  simulator: ArraySimulator,
  parameters: SwgParameters,
  { seed, cycles: enough }: { readonly seed: number; readonly cycles: number },
): CheckResult {
  const random = seededRandom(seed);
  const refused = new Map<string, number>();
  let cycles = 0;
  let layers = 0;
  while (cycles < enough) {
    const trace = flattenPointwise(randomLayer(random));
    const all = [...candidates(layerStatistics(occupancy(trace)), parameters)];
    const pick = random.below(Math.max(1, all.length));
    if (all.length === 0) continue;
    const mapping = all[pick];
    try {
      const { bench, cycles: own, difference } = checkLayer(simulator, trace, mapping, parameters);
      if (difference)
        return { cycles, layers, refused, difference: { ...difference, trace, mapping, bench } };
      cycles += own;
      layers++;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const reason = error.message.replaceAll(/\d+/g, "#");
      refused.set(reason, (refused.get(reason) ?? 0) + 1);
    }
  }
  return { cycles, layers, refused };
}

/** A check in words, for whoever reads a terminal. */
export function checkText({ cycles, layers, refused, difference }: CheckResult): string {
  const lines = [
    `${cycles} cycles of ${layers} layers compared: ${difference ? "1 difference" : "0 differences"}`,
  ];
  for (const [reason, count] of refused) lines.push(`${count} mappings left out: ${reason}`);
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
