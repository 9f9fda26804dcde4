import { MachineFault } from "../accelerators/check-activity.ts";
import { isSwg, type Machine, subjectOf } from "../accelerators/machine.ts";
import { energyOf, onChipPj, totalPj } from "../energy/energy.ts";
import type { Activity } from "../events.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import { InputError } from "../input-error.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { type BoundWork, boundParameters, boundWork, layerBound } from "../report/bound.ts";
import { areaMm2 } from "../report/machine-report.ts";
import { type Pricing, priced } from "../report/pricing.ts";
import type { Occupancy, OccupancySource } from "../trace/occupancy.ts";
import type { Layer } from "../workload/layer.ts";
import type { MachineResult, PointOutcome, PointResult } from "./point.ts";

/** A training step and its layers that are run. Two of one `key` are the same. */
export interface Work {
  readonly key: string;
  readonly trace: OccupancySource;
  readonly layers: readonly Layer[];
}

/** What a point says that is to be simulated; machines as they are at equal area, where that is asked for. */
export interface BuiltPoint {
  readonly works: readonly Work[];
  readonly machines: readonly Machine[];
  readonly pricing: Pricing;
}

/** Works out points one after another, and keeps between them what the next may need again. */
export interface PointEvaluator {
  /** Machines that cannot run a layer make the point impossible. Throws `InputError` for what is wrong with a trace. */
  evaluate(point: BuiltPoint): PointOutcome;
  /** One layer of a point, for one that is shared among threads: `sharedOutcome` puts the layers together. */
  layerOutcome(point: BuiltPoint, work: number, layer: number): LayerOutcome;
  /** Cycles of each work that the machine that the run is about cannot beat; undefined where nothing is known. */
  boundCycles(point: BuiltPoint): number[] | undefined;
}

/** A layer on all machines of a point: plain data, which can be sent from one thread to another. */
export interface LayerOutcome {
  readonly bound: BoundWork;
  /** by label; of a machine that cannot run the layer why */
  readonly activities: Readonly<Record<string, Activity | { readonly impossible: string }>>;
}

/** Bytes of maps that are kept from one point to the next, in each thread. */
const keptMapBytes = 2 ** 30;
/** Machines whose activities are kept: those that do not change from point to point are always the last ones used. */
const keptMachines = 64;

export function pointEvaluator(kernel: Kernel): PointEvaluator {
  const layerOf = keptLayers();
  const staticOf = new Map<string, BoundWork>();
  const activities = new Map<string, Map<string, Activity>>();

  const boundWorkOf = (work: Work, { name }: Layer): BoundWork => {
    const key = `${work.key}\n${name}`;
    const known = staticOf.get(key);
    if (known) return known;
    const occupied = layerOf(work, name);
    const found = boundWork(occupied, kernel.validPairs(occupied));
    staticOf.set(key, found);
    return found;
  };

  const activityOf = (work: Work, { name }: Layer, machine: Machine): Activity => {
    const { label, accelerator, parameters } = machine;
    const key = JSON.stringify([label, parameters]);
    const known = activities.get(key) ?? new Map<string, Activity>();
    activities.delete(key);
    activities.set(key, known);
    if (activities.size > keptMachines) activities.delete(activities.keys().next().value!);
    const layerKey = `${work.key}\n${name}`;
    const found = known.get(layerKey) ?? accelerator.simulate(layerOf(work, name), parameters, kernel);
    known.set(layerKey, found);
    return found;
  };

  return {
    evaluate: (point) => outcomeOf(point, boundWorkOf, activityOf),
    layerOutcome({ works, machines }, index, place) {
      const work = works[index];
      const layer = work.layers[place];
      const of = (machine: Machine) => {
        try {
          return activityOf(work, layer, machine);
        } catch (error) {
          return impossible(error);
        }
      };
      return {
        bound: boundWorkOf(work, layer),
        activities: Object.fromEntries(machines.map((machine) => [machine.label, of(machine)])),
      };
    },
    boundCycles({ works, machines }) {
      const subject = subjectOf(machines);
      // the widths that the bound goes by are not there where ports are unlimited
      if (!isSwg(subject) || (subject.parameters as unknown as SwgParameters).unlimitedPorts)
        return undefined;
      return works.map((work) => boundOf(work, machines, boundWorkOf));
    },
  };
}

type BoundWorkOf = (work: Work, layer: Layer) => BoundWork;
type ActivityOf = (work: Work, layer: Layer, machine: Machine) => Activity;

/** The outcome of a point of which each layer, [work][layer], was looked at by itself: the same as of all in one thread. */
export function sharedOutcome(point: BuiltPoint, found: readonly (readonly LayerOutcome[])[]): PointOutcome {
  const at = (work: Work, layer: Layer) => found[point.works.indexOf(work)][work.layers.indexOf(layer)];
  return outcomeOf(
    point,
    (work, layer) => at(work, layer).bound,
    (work, layer, { label }) => {
      const activity = at(work, layer).activities[label];
      if ("impossible" in activity) throw new InputError(activity.impossible);
      return activity;
    },
  );
}

function outcomeOf(point: BuiltPoint, boundWorkOf: BoundWorkOf, activityOf: ActivityOf): PointOutcome {
  const { works, machines } = point;
  // what is wrong with a trace is no fault of the point's machines
  const found: PointResult["works"] = works.map((work) => ({
    validMacs: sum(work.layers.map((layer) => boundWorkOf(work, layer).validMacs)),
    boundCycles: boundOf(work, machines, boundWorkOf),
  }));
  try {
    const results = machines.map((machine) => [machine.label, resultOf(machine, point, activityOf)] as const);
    return { result: { machines: Object.fromEntries(results), works: found } };
  } catch (error) {
    return impossible(error);
  }
}

function resultOf(machine: Machine, { works, pricing }: BuiltPoint, activityOf: ActivityOf): MachineResult {
  const components = machine.accelerator.components(machine.parameters);
  const prices = priced(components, pricing);
  const ofWorks = works.map((work) => work.layers.map((layer) => activityOf(work, layer, machine)));
  return {
    clockMhz: components.clockMhz,
    multipliers: ofWorks[0][0].macs,
    areaMm2: areaMm2(machine, pricing),
    works: ofWorks.map((layers) => {
      const parts = layers.map(({ events, cycles }) => energyOf(events, cycles, prices));
      return {
        cycles: sum(layers.map(({ cycles }) => cycles)),
        energyPj: sum(parts.map(totalPj)),
        onChipPj: sum(parts.map(onChipPj)),
      };
    }),
  };
}

function boundOf(work: Work, machines: readonly Machine[], boundWorkOf: BoundWorkOf): number {
  const parameters = boundParameters(machines);
  return sum(work.layers.map((layer) => layerBound(boundWorkOf(work, layer), parameters).cycles));
}

/** The outcome of a point that cannot be built or run. A bug, ours or that of a machine of somebody's own, is thrown on. */
export function impossible(error: unknown): { readonly impossible: string } {
  if (!(error instanceof InputError) || error instanceof MachineFault) throw error;
  return { impossible: error.message };
}

/** Maps of layers, of which those that fit stay; the others are read again. What came first stays, as works come in turns. */
function keptLayers(): (work: Work, name: string) => Occupancy {
  const kept = new Map<string, Occupancy>();
  let bytes = 0;
  let last: { readonly key: string; readonly occupied: Occupancy } | undefined;
  return (work, name) => {
    const key = `${work.key}\n${name}`;
    const known = kept.get(key) ?? (last?.key === key ? last.occupied : undefined);
    if (known) return known;
    last = undefined;
    const occupied = work.trace.occupancy(name);
    const size = occupied.fmap.length + occupied.emap.length + (occupied.mask?.length ?? 0);
    if (bytes + size <= keptMapBytes) {
      kept.set(key, occupied);
      bytes += size;
    } else last = { key, occupied };
    return occupied;
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
