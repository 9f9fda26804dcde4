import { checkValues } from "../../parameter.ts";
import { checkLayerTrace } from "../../trace/check-layer-trace.ts";
import { occupancy } from "../../trace/occupancy.ts";
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
import { episodePlans } from "../schedule/episode-plan.ts";
import {
  eachPosition,
  emapVector,
  fmapVector,
  pairsOf,
  skips,
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
  const { layer } = trace;
  const occupied = occupancy(trace);
  const statistics = layerStatistics(occupied);
  const mapping = chosen ?? chooseMapping(statistics, parameters, trialOf(occupied, statistics, parameters));
  const nest = loopNest(layer, mapping, parameters);
  const skip = skips(parameters);
  const taps = layer.R * layer.S;
  const wanted = parameters.gradientSkip ? trace.mask : undefined;
  const gradient = new Float64Array(gradientSize(layer));
  const values = new ChunkValues(layer, trace.fmap, trace.emap);
  let products = 0;
  let accumulators = new Map<string, Accumulators>();

  for (const plan of episodePlans(statistics, nest, mapping, parameters, { fmap: false, emap: false })) {
    const { residency } = plan;
    const [firstTap, lastTap] = residency.kernelRows.map((r) => r * layer.S);
    if (plan.firstOfResidency) accumulators = new Map();
    for (const [column, chunks] of plan.chunks.entries()) {
      const channels = residency.channels[Math.floor((column * mapping.domains) / parameters.columns)];
      const ks = residency.ks[Math.floor(column / mapping.teamColumns)];
      for (const k of plan.rounds[column].flatMap(({ first, last }) => ks.slice(first, last)))
        for (const [j, chunk] of chunks.entries()) {
          if (!chunk) continue;
          const emap = emapVector(occupied, chunk, k, skip.emap);
          for (const [i, slice] of channels.entries()) {
            const pe = `${column} ${j} ${i}`;
            const sums = accumulators.get(pe) ?? new Accumulators();
            accumulators.set(pe, sums);
            for (const c of slice) {
              const from = (k * nest.groupChannels + (c % nest.groupChannels)) * taps;
              for (let tap = firstTap; tap < lastTap; tap++) {
                if (wanted?.[from + tap] === 0) continue;
                const at = [c, Math.floor(tap / layer.S), tap % layer.S] as const;
                for (const position of pairsOf(emap, fmapVector(occupied, chunk, at, skip.fmap))) {
                  sums.add(from + tap, values.product(chunk, position, k, at));
                  products++;
                }
              }
            }
          }
        }
    }
    if (plan.lastOfResidency) for (const sums of accumulators.values()) sums.drainInto(gradient);
  }
  if (trace.mask) for (const [i, keep] of trace.mask.entries()) if (!keep) gradient[i] = 0;
  return { gradient, products };
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
