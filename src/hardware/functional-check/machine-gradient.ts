import { checkValues } from "../../parameter.ts";
import { checkLayerTrace } from "../../trace/check-layer-trace.ts";
import { type Occupancy, occupancy } from "../../trace/occupancy.ts";
import type { LayerTrace } from "../../trace/trace.ts";
import { gradientSize } from "../../workload/layer.ts";
import { trialOf } from "../array/swg-cycle-model.ts";
import { flattenPointwise } from "../dataflow/flatten.ts";
import { type ChunkLayout, chunkLayout, type RowLayout, rowLayout } from "../dataflow/geometry.ts";
import { layerStatistics } from "../dataflow/layer-statistics.ts";
import { chunkNumber, chunkOf, type LoopNest, loopNest, type Mapping } from "../dataflow/mapping.ts";
import { chooseMapping } from "../mapper/choose-mapping.ts";
import { type SwgParameters, skips, swgParameters } from "../parameters.ts";
import { Accumulators } from "../processing-element/accumulators.ts";
import { type Residency, residencies } from "../schedule/schedule.ts";
import {
  type ChunkPosition,
  chunkPositions,
  listOf,
  type Slot,
  slotsOf,
  wantedSlots,
  windowBits,
} from "../valid-data-trace/job.ts";

/** What the machine computed, and how many products it multiplied for it. */
export interface MachineGradient {
  /** [K][C/groups][R][S] */
  readonly gradient: Float64Array;
  readonly products: number;
}

/**
 * The weight gradient through the machine's own order of work: residency by residency, episode by episode, column by column, k by
 * k, trace by trace; each pair that a trace finds in its windows is multiplied once, with the value that lies there in the chunk's
 * row words, and added to the trace's sums, which are added up over position slices and team when they leave. In float64, so that it can be held against the functional reference. The
 * mapping is the one that the cycle model would choose, unless one is given.
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
  const traces = new Traces(trace, occupied, parameters, rowLayout(trace.layer, mapping, parameters)!);
  for (const residency of residencies(statistics, nest, mapping, parameters)) {
    for (let round = 0; round < nest.episodes; round++)
      for (const job of jobsOf(residency, round, nest, mapping, traces)) traces.multiply(job);
    traces.drainInto(gradient);
  }
  if (trace.mask) for (const [i, keep] of trace.mask.entries()) if (!keep) gradient[i] = 0;
  return { gradient, products: traces.products };
}

/** A trace's chunk in an episode, and the bits of its windows. */
interface TraceChunk {
  /** the trace, by its column and its number there */
  readonly trace: string;
  readonly layout: ChunkLayout;
  readonly channels: readonly number[];
  readonly pass: Residency["pass"];
  readonly slots: readonly Slot[];
  /** [position][slot] */
  readonly bits: Uint8Array;
}

/** One k in one trace in an episode. */
interface TraceJob extends TraceChunk {
  readonly list: readonly ChunkPosition[];
  readonly k: number;
}

/** All jobs of an episode, column by column, k by k, trace by trace. */
function* jobsOf(
  residency: Residency,
  round: number,
  nest: LoopNest,
  mapping: Mapping,
  traces: Traces,
): Generator<TraceJob> {
  const { occupied, parameters } = traces;
  for (let column = 0; column < parameters.columns; column++) {
    const slices = chunksOf(residency, round, column, nest, mapping, traces);
    for (const k of residency.ks[Math.floor(column / mapping.teamColumns)])
      for (const { positions, ofTraces } of slices) {
        const list = listOf(occupied, positions, k, skips(parameters).emap);
        for (const chunk of ofTraces) yield { ...chunk, list, k };
      }
  }
}

/** A position slice's chunk in a column. */
interface SliceChunk {
  readonly positions: readonly ChunkPosition[];
  /** [channel slice] */
  readonly ofTraces: readonly TraceChunk[];
}

/** [position slice] the chunks of a column in an episode. */
function chunksOf(
  { channels, pass }: Residency,
  round: number,
  column: number,
  nest: LoopNest,
  mapping: Mapping,
  { occupied, parameters, rows }: Traces,
): SliceChunk[] {
  const { teamColumns, positionSlices, channelSlices } = mapping;
  const domain = Math.floor(column / teamColumns / nest.teamsPerDomain);
  const first = (column % teamColumns) * positionSlices;
  return Array.from({ length: positionSlices }, (_, slice) => {
    const groups = chunkOf(nest, mapping, chunkNumber(nest, round, first + slice));
    const layout = chunkLayout(occupied.layer, groups, pass, rows);
    const positions = chunkPositions(groups);
    const ofTraces = channels[domain].map((own, i): TraceChunk => {
      const slots = slotsOf(own, pass);
      const bits = windowBits(occupied, positions, slots, skips(parameters).fmap);
      return { trace: `${column} ${slice * channelSlices + i}`, layout, channels: own, pass, slots, bits };
    });
    return { positions, ofTraces };
  });
}

/** The array's traces, with the sums of one residency. */
class Traces {
  /** that were multiplied so far */
  products = 0;
  /** those of each trace that has any */
  private readonly sums = new Map<string, Accumulators>();
  private readonly given: LayerTrace;
  readonly occupied: Occupancy;
  readonly parameters: SwgParameters;
  readonly rows: RowLayout;

  constructor(given: LayerTrace, occupied: Occupancy, parameters: SwgParameters, rows: RowLayout) {
    this.given = given;
    this.occupied = occupied;
    this.parameters = parameters;
    this.rows = rows;
  }

  multiply(job: TraceJob): void {
    const { trace, slots, bits, list, k } = job;
    const sums = this.sums.get(trace) ?? new Accumulators();
    this.sums.set(trace, sums);
    const { layer, emap } = this.given;
    const wanted = wantedSlots(this.occupied, k, slots, this.parameters.gradientSkip);
    for (const position of list) {
      const { n, p, q, number } = position;
      const error = emap[((n * layer.K + k) * layer.P + p) * layer.Q + q];
      for (const i of wanted) {
        if (bits[number * slots.length + i] === 0) continue;
        const { c, r, s } = slots[i];
        const channel = c % (layer.C / layer.groups);
        const element = ((k * (layer.C / layer.groups) + channel) * layer.R + r) * layer.S + s;
        sums.add(element, error * this.valueOf(job, position, slots[i]));
        this.products++;
      }
    }
  }

  /** The fmap value of a slot in a position's window: a place in the row word of its lane; 0 in the padding. */
  private valueOf(
    { layout, channels, pass }: TraceChunk,
    { group, column }: ChunkPosition,
    slot: Slot,
  ): number {
    const { layer, fmap } = this.given;
    const { channelLanes, laneChannels, pitch } = this.rows;
    const lane = channelLanes > 1 ? Math.floor(channels.indexOf(slot.c) / laneChannels) : slot.r - pass.r0;
    const word = layout.words[layout.firstWord[group] + lane];
    const x = word.xs[column * pitch + slot.s - pass.s0];
    if (x < 0 || x >= layer.W || word.y < 0 || word.y >= layer.H) return 0;
    return fmap[((word.n * layer.C + slot.c) * layer.H + word.y) * layer.W + x];
  }

  /** Adds all sums up, and forgets them. */
  drainInto(gradient: Float64Array): void {
    for (const sums of this.sums.values()) sums.drainInto(gradient);
    this.sums.clear();
  }
}
