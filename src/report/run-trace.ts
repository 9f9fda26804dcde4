import { InputError, unknownName } from "../input-error.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { countOnes, type OccupancySource } from "../trace/occupancy.ts";
import { denseMacs, type Layer } from "../workload/layer.ts";
import { layerBound } from "./bound.ts";
import type { LayerReport, LayerResult, Report, TotalResult } from "./report.ts";
import { type Selection, swgParametersOf } from "./selection.ts";

/** What is about to be simulated: step `done` of `of`, from 0. */
export interface RunProgress {
  readonly what: string;
  readonly done: number;
  readonly of: number;
}

export interface RunOptions {
  /** names of the layers to run; all of them by default. They run in the order of the trace. */
  readonly layers?: readonly string[];
  readonly onProgress?: (progress: RunProgress) => void;
}

/** Runs the layers of a training step on each selected machine. Throws `InputError` for a layer that is not in the trace. */
export function runTrace(
  trace: OccupancySource,
  selections: readonly Selection[],
  kernel: Kernel,
  { layers, onProgress }: RunOptions = {},
): Report {
  const chosen = chooseLayers(trace, layers);
  const reports = chosen.map(({ name }, i) => {
    const progress = (machine: string, m: number) =>
      onProgress?.({
        what: `${name} on ${machine}`,
        done: i * selections.length + m,
        of: chosen.length * selections.length,
      });
    return runLayer(trace, name, selections, kernel, progress);
  });
  const machines = selections.map(({ name, accelerator: { title }, parameters }) => [
    name,
    { title, parameters: parameters as Record<string, number | boolean | string> },
  ]);
  return {
    schemaVersion: 1,
    engine: kernel.name,
    trace: trace.labels,
    machines: Object.fromEntries(machines),
    layers: reports,
    totals: {
      denseMacs: total(reports, (layer) => layer.denseMacs),
      validMacs: total(reports, (layer) => layer.validMacs),
      boundCycles: total(reports, (layer) => layer.boundCycles),
      results: totalResults(reports),
    },
  };
}

/** The layers with these names, in the order of the trace. */
export function chooseLayers(
  trace: Pick<OccupancySource, "layers">,
  names?: readonly string[],
): readonly Layer[] {
  if (!names) return trace.layers;
  const known = trace.layers.map(({ name }) => name);
  for (const [i, name] of names.entries()) {
    if (!known.includes(name)) throw unknownName("layer", name, known);
    if (names.indexOf(name) < i) throw new InputError(`layer ${JSON.stringify(name)} is named twice`);
  }
  return trace.layers.filter(({ name }) => names.includes(name));
}

function runLayer(
  trace: OccupancySource,
  name: string,
  selections: readonly Selection[],
  kernel: Kernel,
  progress: (machine: string, m: number) => void,
): LayerReport {
  const occupied = trace.occupancy(name);
  const { layer, fmap, emap, mask } = occupied;
  const share = (flags: Uint8Array) => countOnes(flags) / flags.length;
  const validMacs = kernel.validPairs(occupied);
  const bound = layerBound(occupied, validMacs, swgParametersOf(selections));
  const results: [string, LayerResult][] = selections.map((selection, m) => {
    progress(selection.name, m);
    const activity = selection.accelerator.simulate(occupied, selection.parameters, kernel);
    const { cycles, macs, breakdown, events, mapping } = activity;
    const macUtilization = validMacs / (macs * cycles);
    return [selection.name, { cycles, macs, macUtilization, breakdown, events, mapping }];
  });
  return {
    ...{ name, denseMacs: denseMacs(layer), validMacs },
    densities: { fmap: share(fmap), emap: share(emap), mask: mask ? share(mask) : 1 },
    ...{ boundCycles: bound.cycles, boundBy: bound.by, results: Object.fromEntries(results) },
  };
}

function totalResults(layers: readonly LayerReport[]): Record<string, TotalResult> {
  const names = Object.keys(layers[0].results);
  const cyclesOf = (name: string) => total(layers, ({ results }) => results[name].cycles);
  const totals = names.map((name): [string, TotalResult] => {
    const results = layers.map((layer) => layer.results[name]);
    const { macs } = results[0];
    const cycles = cyclesOf(name);
    const others = names.filter((other) => other !== name);
    return [
      name,
      {
        ...{ cycles, macs },
        macUtilization: total(layers, ({ validMacs }) => validMacs) / (macs * cycles),
        breakdown: results.map(({ breakdown }) => breakdown).reduce(addCounts),
        events: results.map(({ events }) => events).reduce(addCounts),
        speedupOver: Object.fromEntries(others.map((other) => [other, cyclesOf(other) / cycles])),
      },
    ];
  });
  return Object.fromEntries(totals);
}

const total = <T>(items: readonly T[], count: (item: T) => number): number =>
  items.reduce((sum, item) => sum + count(item), 0);

/** Two records of counts added field by field. */
function addCounts<T extends object>(a: T, b: T): T {
  const names = Object.keys(a) as (keyof T)[];
  return Object.fromEntries(names.map((name) => [name, (a[name] as number) + (b[name] as number)])) as T;
}
