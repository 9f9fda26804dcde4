import { serve } from "../hardware/balancer/serve.ts";
import type { Mapping } from "../hardware/dataflow/mapping.ts";
import { helps, type SwgParameters } from "../hardware/parameters.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { gradientSize } from "../workload/layer.ts";
import { ArrayInputs, type PeRound } from "./array-inputs.ts";
import type { ArrayRecord, RecordedEpisode } from "./array-record.ts";
import { ArraySums } from "./array-sums.ts";
import { type DesignParameters, designParameters } from "./design.ts";
import { type DrainLane, drainBeats } from "./drain-beats.ts";
import { Expected } from "./expected.ts";
import { type LeavingK, leavingKs } from "./leaving-ks.ts";
import { type Pair, PeContents } from "./pe-contents.ts";
import type { PortShape, Stimulus } from "./stimulus.ts";

/** What goes into the module `swg`, cycle by cycle, and what must come out. */
export interface ArrayBench {
  readonly stimulus: Stimulus;
  readonly expected: Expected;
  /** cycle of the circuit that is cycle 0 of the model */
  readonly start: number;
  /** [K][C/groups][R][S] 32 bits of each sum that leaves the array */
  readonly sums: Uint32Array;
  /** of each PE, column by column: cycles in which its MAC works */
  readonly busyCycles: Float64Array;
}

/** Outputs that are compared in every cycle. */
const always = [
  "fmap_ready",
  "emap_ready",
  "order_ready",
  "drain_valid",
  "drain_lane",
  "gradient_valid",
  "round_begins",
  "busy",
  "episodes_finished",
];

/**
 * Makes the bench of a layer from what the cycle model did with it. The global buffer and DRAM are played: data come when
 * the model's ports have moved them, the last beat in the cycle before the model has them; gradients are taken when the
 * model's write queue has room. All that the array decides is expected: when it is ready for more, which rounds begin,
 * how long they take, which MACs work, which sums leave, and their bits.
 */
export function arrayBench(
  ports: readonly PortShape[],
  trace: LayerTrace,
  record: ArrayRecord,
  mapping: Mapping,
  parameters: SwgParameters,
): ArrayBench {
  return new Builder(ports, trace, record, mapping, parameters).build();
}

/** An order to a team's drain, and the cycle after its last beat. */
interface Order {
  readonly show: () => void;
  readonly sent: number;
}

class Builder {
  private readonly trace: LayerTrace;
  private readonly record: ArrayRecord;
  private readonly mapping: Mapping;
  private readonly parameters: SwgParameters;
  private readonly design: DesignParameters;
  private readonly contents: PeContents;
  private readonly send: ArrayInputs;
  private readonly expected: Expected;
  private readonly start: number;
  /** [cycle of the circuit] */
  private readonly inputs: (() => void)[][] = [];
  private readonly sums: ArraySums;
  private readonly out: Uint32Array;
  private readonly busyCycles: Float64Array;
  private readonly ksHeld: number;

  constructor(
    ports: readonly PortShape[],
    trace: LayerTrace,
    record: ArrayRecord,
    mapping: Mapping,
    parameters: SwgParameters,
  ) {
    this.trace = trace;
    this.record = record;
    this.mapping = mapping;
    this.parameters = parameters;
    const design = designParameters(parameters);
    this.design = design;
    this.contents = new PeContents(trace, record.nest, mapping, parameters);
    this.ksHeld = Math.floor(parameters.accumulators / this.contents.sumsOfK);
    this.sums = new ArraySums(this.contents, mapping, design);
    this.out = new Uint32Array(gradientSize(trace.layer));
    this.busyCycles = new Float64Array(parameters.columns * parameters.rows);
    const tableSize = Math.min(mapping.roundKs * this.contents.sumsOfK, design.ACCUMULATORS);
    this.start = tableSize + 2;
    const cycles = this.start + record.run.activity.cycles + 8 + design.ROWS + design.COLUMNS;
    this.inputs = Array.from({ length: cycles }, () => []);
    this.send = new ArrayInputs(ports, design);
    this.expected = new Expected(ports, cycles, this.start, always);
  }

  build(): ArrayBench {
    this.configure();
    this.readiness();
    for (const [index, episode] of this.record.episodes.entries()) this.loadChunks(index, episode);
    for (const column of this.record.rounds.keys()) this.rounds(column);
    for (const team of this.record.drains.keys()) this.drains(team);
    for (const events of this.inputs) {
      for (const event of events) event();
      this.send.stimulus.next();
    }
    const { expected, start, out: sums, busyCycles } = this;
    return { stimulus: this.send.stimulus, expected, start, sums, busyCycles };
  }

  private at(cycle: number, event: () => void): void {
    this.inputs[this.start + cycle].push(event);
  }

  /** Reset, the table, and what stands still. */
  private configure(): void {
    const { send, design, mapping, record } = this;
    const { bits } = send;
    const { layout } = this.contents;
    const { channelSlices, teamColumns, tapRows } = mapping;
    const { S } = this.trace.layer;
    const never = 2 ** bits.counter - 1;
    this.inputs[0].push(() => {
      send.put("reset", 1);
      for (let c = 0; c < design.COLUMNS; c++) {
        send.put("team_first", c % teamColumns === 0, c, 1);
        const [first] = record.rounds[c];
        send.put("first_episode", first ? first.episode : never, c * 24, 24);
      }
      for (let pe = 0; pe < design.ROWS; pe++)
        send.put("channel_slice", pe % channelSlices, pe * bits.slice, bits.slice);
      send.put("ring_sums", this.ksHeld * this.contents.sumsOfK);
    });
    for (let m = 0; m < this.start - 2; m++)
      this.inputs[1 + m].push(() => {
        const within = m % this.contents.sumsOfK;
        const tap = within % (tapRows * S);
        const channel = Math.floor(within / (tapRows * S));
        send.put("table_write", 1);
        send.put("table_vector", m);
        send.put(
          "table_offset",
          channel * layout.channelBits + layout.tapOffset(Math.floor(tap / S), tap % S),
        );
        send.put("table_k", Math.floor(m / this.contents.sumsOfK));
      });
  }

  /** When chunks and rounds have a place, and how many episodes are done. */
  private readiness(): void {
    const { expected, record } = this;
    this.chunkPlaces();
    for (const column of record.rounds.keys()) this.roundPlaces(column);
    // what follows the last gradient does not matter
    for (const port of ["fmap_ready", "emap_ready", "order_ready", "episodes_finished"])
      expected.endOf(port, record.run.activity.cycles);
  }

  private chunkPlaces(): void {
    const { expected, record, design } = this;
    const loaded = record.episodes.map((episode) => episode.loaded);
    const done = record.episodes.map((episode) => episode.done);
    for (let t = 0, l = 0, d = 0; t < record.run.activity.cycles; t++) {
      while (loaded[l] <= t) l++;
      while (done[d] <= t) d++;
      expected.put(t, "fmap_ready", l - d < design.CHUNKS);
      expected.put(t, "episodes_finished", d);
    }
  }

  private roundPlaces(column: number): void {
    const fetched = this.record.rounds[column].map(({ times }) => times.fetched);
    const ends = this.record.rounds[column].map(({ times }) => times.end);
    for (let t = 0, arrived = 0, ended = 0; t < this.record.run.activity.cycles; t++) {
      while (fetched[arrived] <= t) arrived++;
      while (ends[ended] <= t) ended++;
      this.expected.put(t, "emap_ready", arrived - ended < 3, column, 1);
    }
  }

  private loadChunks(index: number, { plan, loaded }: RecordedEpisode): void {
    const { mapping, parameters } = this;
    const { ROWS } = this.design;
    const contents = Array.from({ length: parameters.columns * ROWS }, (_, at) => {
      const column = Math.floor(at / ROWS);
      const chunk = plan.chunks[column][Math.floor((at % ROWS) / mapping.channelSlices)];
      const channels = plan.residency.channels[this.domainOf(column)];
      return (
        chunk &&
        this.contents.chunkOf(chunk, channels[at % mapping.channelSlices], plan.residency.kernelRows[0])
      );
    });
    const beats = this.send.chunkBeats(contents);
    for (let beat = 0; beat < beats; beat++)
      this.at(loaded - beats + beat, () =>
        this.send.chunk(contents, beat, beats, index % this.design.CHUNKS),
      );
  }

  /** A column's rounds: their data, and all that follows from them. */
  private rounds(column: number): void {
    const { record, mapping, parameters, expected, design } = this;
    const { bits } = this.send;
    const { channelSlices, teamColumns } = mapping;
    const team = Math.floor(column / teamColumns);
    const help = helps(parameters);
    for (const [at, { episode, round, work, times }] of record.rounds[column].entries()) {
      const { plan, ksBefore } = record.episodes[episode];
      const { residency } = plan;
      const ks = residency.ks[team].slice(round.first, round.last);
      const channels = residency.channels[this.domainOf(column)];
      const [r0] = residency.kernelRows;
      const pes = Array.from({ length: design.ROWS }, (_, pe) => {
        const chunk = plan.chunks[column][Math.floor(pe / channelSlices)];
        const own = channels[pe % channelSlices];
        const mask = chunk ? this.contents.maskOf(ks, own, r0) : [];
        const emaps = chunk ? ks.map((k) => this.contents.emapOf(chunk, k)) : [];
        return {
          emaps,
          mask,
          pairs: chunk ? this.contents.pairsOf(mask, emaps, this.contents.chunkOf(chunk, own, r0)) : [],
        };
      });
      const next = record.rounds[column].at(at + 1);
      const lastOfEpisode = next?.episode !== episode;
      const after = lastOfEpisode ? (next?.episode ?? record.episodes.length) : episode;
      this.sendRound(column, times, pes, {
        round_episode: episode,
        round_chunk: episode % design.CHUNKS,
        round_base: ((ksBefore[team] + round.first) % this.ksHeld) * this.contents.sumsOfK,
        round_room: plan.firstOfResidency ? Math.max(0, ksBefore[team] + round.last - this.ksHeld) : 0,
        round_episodes_done: after,
        round_ks_done: ksBefore[team] + (this.isLastOfKs(column, episode) ? round.last : 0),
      });
      expected.put(times.start, "round_begins", 1, column, 1);
      expected.put(times.start, "round_cycles", work.cycles, column * bits.pairs, bits.pairs);
      this.multiply(column, times.start, work.cycles, ksBefore[team] + round.first, pes, help);
    }
  }

  /** Whether a column is done with its k's after this episode; those without positions for it are the last of a residency. */
  private isLastOfKs(column: number, episode: number): boolean {
    const { episodes } = this.record;
    return episodes[episode].plan.lastOfResidency || episodes[episode + 1].plan.rounds[column].length === 0;
  }

  /** Cycle by cycle, which MAC works on what, and what it does to the sums. */
  private multiply(
    column: number,
    start: number,
    cycles: number,
    firstK: number,
    pes: readonly { readonly pairs: readonly Pair[] }[],
    help: boolean,
  ): void {
    const { ROWS, CLUSTER_SIZE } = this.design;
    const taken = pes.map(() => 0);
    for (let cycle = 0; cycle < cycles; cycle++)
      for (let first = 0; first < ROWS; first += CLUSTER_SIZE) {
        const cluster = pes.slice(first, first + CLUSTER_SIZE);
        const left = cluster.map(({ pairs }, i) => pairs.length - taken[first + i]);
        const of = serve(left, cycles - cycle, help);
        this.work(column * ROWS + first, start + cycle, of);
        for (const i of cluster.keys()) {
          const pe = first + i;
          const n = of.filter((served) => served === i).length;
          this.sums.add(column * ROWS + pe, firstK, pes[pe].pairs.slice(taken[pe], taken[pe] + n));
          taken[pe] += n;
        }
      }
  }

  /** Which MACs of a cluster work in a cycle: those that serve a PE. */
  private work(firstMac: number, cycle: number, served: readonly number[]): void {
    for (const [mac, pe] of served.entries()) {
      if (pe < 0) continue;
      this.expected.put(cycle, "busy", 1, firstMac + mac, 1);
      this.busyCycles[firstMac + mac]++;
    }
  }

  private sendRound(
    column: number,
    { fetched }: { readonly fetched: number },
    pes: readonly PeRound[],
    about: Readonly<Record<string, number>>,
  ): void {
    const beats = this.send.roundBeats(pes);
    for (let beat = 0; beat < beats; beat++)
      this.at(fetched - beats + beat, () => this.send.round(column, pes, beat, beats, about));
  }

  /** A team's k's leave, and their sums. */
  private drains(team: number): void {
    const { sumsOfK } = this.contents;
    const column = team * this.mapping.teamColumns;
    const orders: Order[] = [];
    let skipped = 0;
    for (const leaving of leavingKs(this.record, this.contents, team, this.domainOf(column))) {
      const { number, wanted, times } = leaving;
      if (wanted.every((own) => own.length === 0)) {
        skipped++;
        continue;
      }
      const base = (number % this.ksHeld) * sumsOfK;
      const before = skipped;
      orders.push({ show: () => this.send.order(column, before, base, wanted), sent: times.sent });
      skipped = 0;
      this.drain(column, leaving);
    }
    if (skipped > 0) orders.push({ show: () => this.send.order(column, skipped, 0, []), sent: 0 });
    else this.waitForOrders(column, orders.at(-1)?.sent ?? 0);
    this.sendOrders(column, orders);
  }

  /** The cycles in which a k's sums leave. */
  private drain(column: number, leaving: LeavingK): void {
    const { expected } = this;
    const { ready, start, sent } = leaving.times;
    const beats = drainBeats(leaving.wanted, this.design.DRAIN_SUMS);
    const lastBegins = Math.max(ready, start + beats.length - 1);
    for (let t = ready; t < sent; t++) {
      expected.put(t, "drain_valid", 1, column, 1);
      expected.put(t, "drain_last", t >= lastBegins, column, 1);
    }
    // the next order is taken with the last beat
    expected.put(sent - 1, "order_ready", 1, column, 1);
    for (const [beat, lanes] of beats.entries()) {
      const t = beat === beats.length - 1 ? sent - 1 : start + beat;
      this.at(t, () => this.send.put("drain_ready", 1, column, 1));
      for (const [lane, sum] of lanes.entries()) this.drainSum(column, leaving, t, lane, sum);
    }
  }

  /** A sum leaves the team's columns in cycle `t`, and the array once it has passed the adders. */
  private drainSum(column: number, leaving: LeavingK, t: number, lane: number, sum: DrainLane): void {
    const { expected, mapping } = this;
    const { bits } = this.send;
    const { ROWS, DRAIN_SUMS } = this.design;
    const own = column * DRAIN_SUMS + lane;
    expected.put(t, "drain_lane", 1, own, 1);
    expected.put(t, "drain_slice", sum.slice, own * bits.slice, bits.slice);
    expected.put(t, "drain_vector", sum.vector, own * bits.sum, bits.sum);
    const gradient = this.sums.take(column, leaving.number, sum);
    const lastColumn = column + mapping.teamColumns - 1;
    const leaves = t + 6 + ROWS + lastColumn;
    const at = lastColumn * DRAIN_SUMS + lane;
    expected.put(leaves, "gradient_valid", 1, at, 1);
    expected.put(leaves, "gradient", gradient, at * 32, 32);
    const { k, channels, r0 } = leaving;
    this.out[this.contents.element(k, channels[sum.slice], sum.vector, r0)] = gradient;
  }

  /** Without an order a team waits for one. */
  private waitForOrders(column: number, from: number): void {
    for (let t = from; t < this.record.run.activity.cycles; t++)
      this.expected.put(t, "order_ready", 1, column, 1);
  }

  /** Two orders have a place: the first two come at once, each other one when the one before its neighbour is done. */
  private sendOrders(column: number, orders: readonly Order[]): void {
    for (const [i, { show }] of orders.entries()) {
      if (i === 0) this.inputs[0].push(show);
      else if (i === 1) this.inputs[2].push(show);
      else this.at(orders[i - 2].sent, show);
    }
    const last = () => this.send.put("order_valid", 0, column, 1);
    if (orders.length > 1) this.at(orders[orders.length - 2].sent, last);
    else this.inputs[2].push(last);
  }

  private domainOf(column: number): number {
    return Math.floor((column * this.mapping.domains) / this.parameters.columns);
  }
}
