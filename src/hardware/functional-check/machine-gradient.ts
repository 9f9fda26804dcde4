import { checkValues } from "../../parameter.ts";
import { checkLayerTrace } from "../../trace/check-layer-trace.ts";
import { type Occupancy, occupancy } from "../../trace/occupancy.ts";
import type { LayerTrace, Values } from "../../trace/trace.ts";
import { gradientSize, type Layer } from "../../workload/layer.ts";
import { trialOf } from "../array/controller.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import type { Chunk } from "../dataflow/geometry.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { loopNest, type Mapping } from "../dataflow/mapping.ts";
import { chooseMapping } from "../mapper/choose-mapping.ts";
import { type SwgParameters, swgParameters } from "../parameters.ts";
import { Accumulators } from "../processing-element/accumulators.ts";
import { type EpisodePlan, episodePlans } from "../schedule/episode-plan.ts";
import {
  eachPosition,
  emapVector,
  fmapVector,
  pairsOf,
  skips,
  type TraceVector,
} from "../valid-data-trace/valid-data-trace.ts";

/** What the machine computed, and how many products it multiplied for it. */
export interface MachineGradient {
  /** [K][C/groups][R][S] */
  readonly gradient: Float64Array;
  readonly products: number;
}

/**
 * The weight gradient through the machine's own order of work: residency by residency, episode by episode,
 * column by column, k by k, PE by PE; each pair that its valid-data trace hands out is multiplied once and
 * added to the PE's accumulators, which are added up over position slices and team when they are drained.
 * In float64, so that it can be held against the functional reference. The mapping is the one that the cycle
 * model would choose, unless one is given.
 */
export function machineGradient(
  given: LayerTrace,
  parameters: SwgParameters,
  chosen?: Mapping,
): MachineGradient {
  checkLayerTrace(given);
  checkValues("swg", swgParameters, parameters);
  const trace = flattenPointwise(given);
  const occupied = occupancy(trace);
  const statistics = layerStatistics(occupied);
  const mapping = chosen ?? chooseMapping(statistics, parameters, trialOf(occupied, statistics, parameters));
  const nest = loopNest(trace.layer, mapping, parameters);
  const gradient = new Float64Array(gradientSize(trace.layer));
  const pes = new ProcessingElements(trace, occupied, parameters);
  for (const plan of episodePlans(statistics, nest, mapping, parameters, { fmap: false, emap: false })) {
    for (const work of workOf(plan, mapping, parameters)) pes.multiply(work);
    if (plan.lastOfResidency) pes.drainInto(gradient);
  }
  if (trace.mask) for (const [i, keep] of trace.mask.entries()) if (!keep) gradient[i] = 0;
  return { gradient, products: pes.products };
}

/** What the PEs of a column that have the same position slice do for a k in an episode. */
interface SliceWork {
  readonly column: number;
  readonly positionSlice: number;
  readonly chunk: Chunk;
  readonly k: number;
  /** [channel slice] channels */
  readonly channels: readonly (readonly number[])[];
  readonly kernelRows: readonly [number, number];
}

/** All work of an episode, column by column, k by k. */
function* workOf(plan: EpisodePlan, mapping: Mapping, { columns }: SwgParameters): Generator<SliceWork> {
  const { kernelRows, ...residency } = plan.residency;
  for (const [column, chunks] of plan.chunks.entries()) {
    const channels = residency.channels[Math.floor((column * mapping.domains) / columns)];
    const ks = residency.ks[Math.floor(column / mapping.teamColumns)];
    for (const k of plan.rounds[column].flatMap(({ first, last }) => ks.slice(first, last)))
      for (const [positionSlice, chunk] of chunks.entries())
        if (chunk) yield { column, positionSlice, chunk, k, channels, kernelRows };
  }
}

/** The array's PEs, with the sums of one residency. */
class ProcessingElements {
  /** that were multiplied so far */
  products = 0;
  /** those of each PE that has any */
  private readonly accumulators = new Map<string, Accumulators>();
  private readonly occupied: Occupancy;
  private readonly skip: { readonly fmap: boolean; readonly emap: boolean };
  private readonly wanted: Uint8Array | undefined;
  private readonly values: ChunkValues;

  constructor(trace: LayerTrace, occupied: Occupancy, parameters: SwgParameters) {
    this.occupied = occupied;
    this.skip = skips(parameters);
    this.wanted = parameters.gradientSkip ? trace.mask : undefined;
    this.values = new ChunkValues(trace.layer, trace.fmap, trace.emap);
  }

  multiply(work: SliceWork): void {
    const emap = emapVector(this.occupied, work.chunk, work.k, this.skip.emap);
    for (const [i, channels] of work.channels.entries()) {
      const pe = `${work.column} ${work.positionSlice} ${i}`;
      const sums = this.accumulators.get(pe) ?? new Accumulators();
      this.accumulators.set(pe, sums);
      for (const c of channels) this.multiplyChannel(sums, work, emap, c);
    }
  }

  private multiplyChannel(
    sums: Accumulators,
    { chunk, k, kernelRows }: SliceWork,
    emap: TraceVector,
    c: number,
  ) {
    const { C, R, S, groups } = this.occupied.layer;
    const first = (k * (C / groups) + (c % (C / groups))) * R * S;
    for (let tap = kernelRows[0] * S; tap < kernelRows[1] * S; tap++) {
      if (this.wanted?.[first + tap] === 0) continue;
      const at = [c, Math.floor(tap / S), tap % S] as const;
      for (const position of pairsOf(emap, fmapVector(this.occupied, chunk, at, this.skip.fmap))) {
        sums.add(first + tap, this.values.product(chunk, position, k, at));
        this.products++;
      }
    }
  }

  /** Adds all sums up, and forgets them. */
  drainInto(gradient: Float64Array): void {
    for (const sums of this.accumulators.values()) sums.drainInto(gradient);
    this.accumulators.clear();
  }
}

/** Looks up what a PE multiplies: the values at a position of a chunk. */
class ChunkValues {
  private readonly positions = new Map<Chunk, (readonly [number, number, number])[]>();
  private readonly layer: Layer;
  private readonly fmap: Values;
  private readonly emap: Values;

  constructor(layer: Layer, fmap: Values, emap: Values) {
    this.layer = layer;
    this.fmap = fmap;
    this.emap = emap;
  }

  product(chunk: Chunk, position: number, k: number, [c, r, s]: readonly [number, number, number]): number {
    const { C, H, W, K, P, Q, stride, padding, dilation } = this.layer;
    const [n, p, q] = this.positionsOf(chunk)[position];
    const h = p * stride[0] - padding[0] + r * dilation[0];
    const w = q * stride[1] - padding[1] + s * dilation[1];
    const inside = h >= 0 && h < H && w >= 0 && w < W;
    return this.emap[((n * K + k) * P + p) * Q + q] * (inside ? this.fmap[((n * C + c) * H + h) * W + w] : 0);
  }

  private positionsOf(chunk: Chunk): (readonly [number, number, number])[] {
    let positions = this.positions.get(chunk);
    if (!positions) {
      const made: (readonly [number, number, number])[] = [];
      eachPosition(chunk, (n, p, q) => made.push([n, p, q]));
      positions = made;
      this.positions.set(chunk, positions);
    }
    return positions;
  }
}
