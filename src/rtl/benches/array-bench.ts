import { loopNest, type Mapping, wholeLayer } from "../../hardware/dataflow/mapping.ts";
import { type SwgParameters, tracesOf } from "../../hardware/parameters.ts";
import type { LayerTrace } from "../../trace/trace.ts";
import { gradientSize } from "../../workload/layer.ts";
import type { Circuit } from "../circuit.ts";
import { ArrayColumn } from "./array-column.ts";
import { ArrayDrain, type LeavingCouple } from "./array-drain.ts";
import { type ArrayRecord, recordArray } from "./array-record.ts";
import { ArrayRequests } from "./array-requests.ts";
import { MappedColumn } from "./layer-work.ts";
import { bitsFor, traceBits } from "./port-bits.ts";
import { fieldOf, PortFields } from "./port-fields.ts";
import { ColumnDifference } from "./subject.ts";

/** What an array made of a layer, as it was counted in the circuit. */
export interface ArrayResult {
  /** cycles, from the one in which the model begins, to when the last gradient had left */
  readonly lastGradient: number;
  /** pairs, and cycles for which MACs had jobs */
  readonly pairs: number;
  readonly jobCycles: number;
  /** [K][C/groups][R][S] bf16 codes; 0 where no gradient left */
  readonly gradient: Uint16Array;
  /** gradients that left */
  readonly left: number;
  /** cycles by which chunks came later than in the model, since they come behind those before */
  readonly late: number;
  /** what the cycle model says of it */
  readonly record: ArrayRecord;
}

const resetCycles = 4;
/** Cycles before those of the model: what is there from its first one on comes in them. */
const ahead = 8;

/** [port] bits of a field of it, of those that change from cycle to cycle. */
const fieldsOf = (p: SwgParameters) => ({
  chunk_there: 1,
  chunk_valid: 1,
  chunk_first: 1,
  chunk_trace: traceBits(p),
  chunk_word: 64,
  chunk_comes: 1,
  comes_layout: 2,
  list_there: 1,
  there_words: 5,
  list_valid: 1,
  list_share: 2,
  list_word: 64,
  list_comes: 1,
  comes_episode: 2,
  comes_length: 5,
  comes_first: 1,
  comes_set: 3,
  comes_last: 1,
  comes_ends: 1,
  comes_final: 1,
  mask_valid: 1,
  mask: 18,
  send_ready: 1,
});

/**
 * A layer, flat where it is pointwise, through an array of columns that is told at the cycle model's times what is in the global buffer, gets chunks and lists, masks of sums and time to send at these, and does what
 * the model does in every cycle.
 */
export class ArrayBench {
  private readonly circuit: Circuit;
  private readonly p: SwgParameters;
  private readonly record: ArrayRecord;
  private readonly columns: readonly ArrayColumn[];
  private readonly drain: ArrayDrain;
  private readonly requests: ArrayRequests;
  private readonly inputs: Record<string, PortFields>;
  private readonly layouts: Record<"group_log" | "column_step" | "pass_lanes" | "lane_bits", PortFields>;
  private readonly mapping: Mapping;
  /** [row] episode whose chunks come, or come next, and cycle in which those before had come */
  private readonly rows: { episode: number; before: number }[];
  /** [trace of the array] its job now or next, and items that it is done with */
  private readonly job: Int32Array;
  private readonly done: Int32Array;
  private readonly pairSignals: readonly Uint32Array[];
  private readonly knownLayouts = new Set<number>();
  private readonly gradient: Uint16Array;
  private lastGradient = 0;
  private left = 0;
  private late = 0;
  private pairs = 0;
  private jobCycles = 0;

  constructor(circuit: Circuit, layer: LayerTrace, mapping: Mapping, p: SwgParameters) {
    this.circuit = circuit;
    circuit.powerOn();
    this.p = p;
    this.record = recordArray(layer, mapping, p);
    const sample = wholeLayer(loopNest(layer.layer, mapping, p));
    this.columns = Array.from({ length: p.columns }, (_, at) => {
      const mapped = new MappedColumn(layer, mapping, p, at);
      return new ArrayColumn(mapped, at, this.record, p, mapped.episodes(sample));
    });
    this.requests = new ArrayRequests(this.record, p);
    this.drain = new ArrayDrain(
      this.columns.map(({ mapped }) => mapped),
      mapping,
      p,
      this.record,
    );
    this.inputs = Object.fromEntries(
      Object.entries(fieldsOf(p)).map(([port, width]) => [port, new PortFields(circuit, port, width)]),
    );
    this.layouts = {
      group_log: new PortFields(circuit, "group_log", 2),
      column_step: new PortFields(circuit, "column_step", 3),
      pass_lanes: new PortFields(circuit, "pass_lanes", 2),
      lane_bits: new PortFields(circuit, "lane_bits", 3),
    };
    this.mapping = mapping;
    this.rows = Array.from({ length: p.rows }, () => ({ episode: 0, before: Number.NEGATIVE_INFINITY }));
    this.job = new Int32Array(p.columns * tracesOf(p));
    this.done = new Int32Array(p.columns * tracesOf(p));
    this.pairSignals = circuit.registers(/\.pair_valid$/);
    this.gradient = new Uint16Array(gradientSize(layer.layer));
  }

  /** All of the layer. Throws a `ColumnDifference` where the circuit does what the model does not. */
  run(): ArrayResult {
    this.reset();
    const { cycles } = this.record.run;
    let now = -ahead;
    for (; now < cycles || !this.drain.done; now++) this.cycle(now);
    const { lastGradient, pairs, jobCycles, gradient, left, late, record } = this;
    return { lastGradient, pairs, jobCycles, gradient, left, late, record };
  }

  /** Under reset, what does not change in a layer is set, and sums of the layer before are cleared. */
  private reset(): void {
    const { circuit } = this;
    const { help, headers, sharesLog, share, sets } = this.columns[0].mapped.columnLayer();
    circuit.set("reset", 1);
    circuit.set("help", help);
    circuit.set("headers", headers);
    circuit.set("shares_log", sharesLog);
    circuit.set("sets", sets);
    circuit.set("levels", Math.log2(this.mapping.teamColumns));
    const shares = new PortFields(circuit, "share", 2);
    for (const [i, own] of share.flat().entries()) shares.set(i, own);
    const { channelSlices, positionSlices } = this.mapping;
    circuit.set("channel_slices", channelSlices);
    circuit.set("last_from", (positionSlices - 1) * channelSlices);
    circuit.set("used", 2 ** (channelSlices * positionSlices) - 1);
    const hasLists = new PortFields(circuit, "has_lists", 1);
    for (const [column, { length }] of this.record.lists.entries()) hasLists.set(column, length > 0);
    circuit.step(resetCycles);
    circuit.set("clear_all", 1);
    for (let address = 0; address < this.p.sums / 2; address++) {
      circuit.set("clear_all_address", address);
      circuit.step(1);
    }
    circuit.set("clear_all", 0);
    circuit.set("reset", 0);
  }

  private cycle(now: number): void {
    const { circuit, inputs } = this;
    for (const port of Object.values(inputs)) port.clear();
    this.bringChunks(now);
    for (const column of this.columns) column.bringLists(now, inputs);
    const ways = this.drain.expected(now);
    this.drain.answer(now, inputs);
    this.requests.offer(now, inputs);
    circuit.settle();
    this.requests.compare(now, circuit);
    this.compareTraces(now);
    this.compareWays(now, ways);
    this.compareGradients(now, this.drain.leaves.get(now) ?? []);
    this.drain.leaves.delete(now);
    for (const [valid] of this.pairSignals) this.pairs += valid;
    circuit.tick();
  }

  private bringChunks(now: number): void {
    for (const [at, row] of this.rows.entries()) {
      const times = this.record.chunks[at].at(row.episode);
      if (times === undefined) continue;
      const comes = Math.max(times.there - 1, row.before + 1);
      const come = this.columns.map((column) =>
        column.bringChunk(at, row.episode, comes, row.before, now, this.inputs),
      );
      if (now >= comes && come.includes(false)) this.late++;
      if (come.includes(false)) continue;
      for (const column of this.columns) column.nextChunk(at);
      this.inputs.chunk_comes.set(at, 1);
      this.inputs.comes_layout.set(at, this.placeLayout(row.episode));
      row.before = now;
      row.episode++;
      const oldest = Math.min(...this.rows.map(({ episode }) => episode));
      for (const column of this.columns) column.forget(oldest);
    }
  }

  private placeLayout(episode: number): number {
    const { place, layout } = this.columns[0].layoutOf(episode);
    if (!this.knownLayouts.has(place)) {
      this.knownLayouts.add(place);
      this.layouts.group_log.set(place, layout.groupLog);
      this.layouts.column_step.set(place, layout.columnStep);
      this.layouts.pass_lanes.set(place, layout.passLanes);
      this.layouts.lane_bits.set(place, layout.laneBits);
    }
    return place;
  }

  private compareTraces(now: number): void {
    const [run, next] = ["run", "next"].map((port) => this.circuit.port(port).words);
    const traces = tracesOf(this.p);
    for (let at = 0; at < this.job.length; at++) {
      const [column, trace] = [Math.floor(at / traces), at % traces];
      const jobs = this.record.jobs[column][trace];
      const done = this.record.done[column][trace];
      while (this.job[at] < jobs.length && jobs[this.job[at]].end <= now) this.job[at]++;
      while (this.done[at] < done.length && done[this.done[at]] <= now) this.done[at]++;
      const job = jobs.at(this.job[at]);
      const runs = job !== undefined && job.start <= now;
      // a list that is worked on since a cycle is no more the next one
      const number = (this.done[at] + Number(runs && job.start < now)) % 16;
      const ran = fieldOf(run, at, 1);
      this.jobCycles += ran;
      const passed = fieldOf(next, at, 4);
      // strings are made where they are needed: there are two signals of each trace in a cycle
      if (ran !== Number(runs))
        throw differs(now, `run of trace ${trace} of column ${column}`, Number(runs), ran);
      if (passed !== number) throw differs(now, `next of trace ${trace} of column ${column}`, number, passed);
    }
  }

  /** Masks that are asked for, and sums that are to be sent. */
  private compareWays(now: number, ways: ReturnType<ArrayDrain["expected"]>): void {
    const [asks, slices, sends] = ["mask_ask", "mask_slice", "send_valid"].map(
      (port) => this.circuit.port(port).words,
    );
    const sliceBits = bitsFor(tracesOf(this.p));
    for (const [way, { slice, sends: must }] of ways.entries()) {
      const asked = fieldOf(asks, way, 1) === 1 ? fieldOf(slices, way, sliceBits) : undefined;
      if (asked !== slice) throw differs(now, `mask_slice of way ${way}`, slice ?? -1, asked ?? -1);
      const is = fieldOf(sends, way, 1);
      if (is !== Number(must)) throw differs(now, `send_valid of way ${way}`, Number(must), is);
    }
  }

  private compareGradients(now: number, couples: readonly LeavingCouple[]): void {
    const [valid, values] = ["gradient_valid", "gradients"].map((port) => this.circuit.port(port).words);
    for (let way = 0; way < this.p.columns * this.p.drainLanes; way++) {
      const couple = couples.find((one) => one.way === way);
      const left = fieldOf(valid, way, 2);
      const valids = couple?.valid ?? 0;
      if (left !== valids) throw differs(now, `gradient_valid of way ${way}`, valids, left);
      for (let half = 0; half < 2; half++) {
        if (((left >> half) & 1) === 0) continue;
        const code = fieldOf(values, 2 * way + half, 16);
        const must = couple!.codes[half];
        if (code !== must) throw differs(now, `gradient ${half} of way ${way}`, must, code);
        this.gradient[couple!.elements[half]!] = code;
        this.left++;
        this.lastGradient = now + 1;
      }
    }
  }
}

const differs = (now: number, what: string, must: number, is: number): ColumnDifference =>
  new ColumnDifference(`cycle ${now}: ${what} must be ${must}, is ${is}`);
