import { serve } from "../hardware/balancer/serve.ts";
import type { Chunk } from "../hardware/dataflow/geometry.ts";
import type { Mapping } from "../hardware/dataflow/mapping.ts";
import { helps, type SwgParameters } from "../hardware/parameters.ts";
import { type Arithmetic, arithmetic } from "../hardware/processing-element/arithmetic.ts";
import { InputError } from "../input-error.ts";
import { occupancy } from "../trace/occupancy.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { gradientSize } from "../workload/layer.ts";
import type { ArrayRecord, RecordedEpisode } from "./array-record.ts";
import { ChunkLayout } from "./chunk-layout.ts";
import { type DesignParameters, designParameters, type MacFormat } from "./design.ts";
import { drainBeats } from "./drain-beats.ts";
import { Expected } from "./expected.ts";
import { type PortShape, putBits, Stimulus } from "./stimulus.ts";

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

const pulses = ["reset", "table_write", "fmap_valid", "fmap_first", "fmap_last", "drain_ready"];
const emapPulses = ["emap_valid", "emap_first", "emap_last"];
/** Outputs that are compared in every cycle. */
const always = [
  ...["fmap_ready", "emap_ready", "drain_valid", "drain_lane", "gradient_valid"],
  ...["rounds_passed", "round_begins", "busy", "episodes_finished"],
];

/** A chunk's fmap in a PE: its bitmap, its values, and the code of every bit. */
interface PeChunk {
  readonly words: Uint32Array;
  readonly values: readonly number[];
  /** code of each bit that is set; `none` elsewhere */
  readonly codes: Int32Array;
}

/** A k's emap in a chunk: the bits of its trace vector, and their codes. */
interface PeEmap {
  readonly bits: readonly number[];
  readonly codes: readonly number[];
}

const none = -0x80000000;

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

class Builder {
  private readonly trace: LayerTrace;
  private readonly record: ArrayRecord;
  private readonly mapping: Mapping;
  private readonly parameters: SwgParameters;
  private readonly design: DesignParameters;
  private readonly layout: ChunkLayout;
  private readonly math: Arithmetic;
  private readonly fmapCodes: Int32Array;
  private readonly emapCodes: Int32Array;
  private readonly flags: { readonly fmap: Uint8Array; readonly emap: Uint8Array };
  private readonly stimulus: Stimulus;
  private readonly expected: Expected;
  private readonly start: number;
  /** [cycle of the circuit] */
  private readonly inputs: (() => void)[][] = [];
  private readonly chunkCache = new Map<Chunk, Map<string, PeChunk>>();
  private readonly emapCache = new Map<Chunk, Map<number, PeEmap>>();
  /** [column * rows + PE] sums by (number of the team's k) * sumsOfK + vector */
  private readonly sums: Map<number, number>[];
  private readonly out: Uint32Array;
  private readonly busyCycles: Float64Array;
  private readonly sumsOfK: number;
  private readonly ksHeld: number;
  private readonly bits: Record<
    "slice" | "sum" | "offset" | "k" | "left" | "chunk" | "index" | "pairs",
    number
  >;

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
    this.layout = new ChunkLayout(trace.layer, mapping, record.nest);
    this.math = arithmetic[parameters.format as MacFormat];
    this.fmapCodes = this.math.round(trace.fmap).codes;
    this.emapCodes = this.math.round(trace.emap).codes;
    this.flags = occupancy(trace);
    this.sumsOfK = mapping.channelsPerPe * mapping.tapRows * trace.layer.S;
    this.ksHeld = Math.floor(parameters.accumulators / this.sumsOfK);
    this.sums = Array.from({ length: parameters.columns * parameters.rows }, () => new Map());
    this.out = new Uint32Array(gradientSize(trace.layer));
    this.busyCycles = new Float64Array(parameters.columns * parameters.rows);
    const log = (n: number) => Math.ceil(Math.log2(n));
    this.bits = {
      slice: design.ROWS > 1 ? log(design.ROWS) : 1,
      sum: log(design.ACCUMULATORS),
      offset: log(Math.floor(design.CHUNK_BYTES / 4)) + 6,
      k: design.ROUND_KS > 1 ? log(design.ROUND_KS) : 1,
      left: log(design.ACCUMULATORS + 1),
      chunk: log(design.CHUNKS),
      index: log(Math.floor((design.ROUND_BYTES * 8) / design.VALUE_BITS) + 1),
      pairs: log(design.TRACE_BITS * design.ACCUMULATORS + 1),
    };
    const tableSize = Math.min(mapping.roundKs * this.sumsOfK, design.ACCUMULATORS);
    this.start = tableSize + 2;
    const cycles = this.start + record.run.activity.cycles + 8 + design.ROWS + design.COLUMNS;
    this.inputs = Array.from({ length: cycles }, () => []);
    this.stimulus = new Stimulus(ports, [...pulses, ...emapPulses]);
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
      this.stimulus.next();
    }
    const { stimulus, expected, start, out: sums, busyCycles } = this;
    return { stimulus, expected, start, sums, busyCycles };
  }

  private at(cycle: number, event: () => void): void {
    this.inputs[this.start + cycle].push(event);
  }

  /** Reset, the table, and what stands still. */
  private configure(): void {
    const { stimulus, design, mapping, layout, record, bits } = this;
    const { channelSlices, teamColumns, channelsPerPe, tapRows } = mapping;
    const { S } = this.trace.layer;
    if (channelsPerPe * layout.channelWords > 2 ** (bits.offset - 5))
      throw new InputError(
        `bitmaps of a chunk must have at most ${2 ** (bits.offset - 5)} words, have ${channelsPerPe * layout.channelWords}`,
      );
    this.inputs[0].push(() => {
      stimulus.put("reset", 1);
      for (let c = 0; c < design.COLUMNS; c++) {
        stimulus.put("team_first", c % teamColumns === 0, c, 1);
        const [first] = record.rounds[c];
        stimulus.put("first_episode", first ? first.episode : record.episodes.length, c * 24, 24);
      }
      for (let pe = 0; pe < design.ROWS; pe++)
        stimulus.put("channel_slice", pe % channelSlices, pe * bits.slice, bits.slice);
      stimulus.put("ring_sums", this.ksHeld * this.sumsOfK);
    });
    for (let m = 0; m < this.start - 2; m++)
      this.inputs[1 + m].push(() => {
        const within = m % this.sumsOfK;
        const tap = within % (tapRows * S);
        const channel = Math.floor(within / (tapRows * S));
        stimulus.put("table_write", 1);
        stimulus.put("table_vector", m);
        stimulus.put(
          "table_offset",
          channel * layout.channelWords * 32 + layout.tapOffset(Math.floor(tap / S), tap % S),
        );
        stimulus.put("table_k", Math.floor(m / this.sumsOfK));
      });
  }

  /** When chunks and rounds have a place, and how many episodes are done. */
  private readiness(): void {
    const { expected, record, design } = this;
    const { episodes } = record;
    const cycles = record.run.activity.cycles;
    const loaded = episodes.map((episode) => episode.loaded);
    const done = episodes.map((episode) => episode.done);
    for (let t = 0, l = 0, d = 0; t < cycles; t++) {
      while (loaded[l] <= t) l++;
      while (done[d] <= t) d++;
      expected.put(t, "fmap_ready", l - d < design.CHUNKS);
      expected.put(t, "episodes_finished", d);
    }
    for (const [c, rounds] of record.rounds.entries())
      for (let t = 0, arrived = 0, ended = 0; t < cycles; t++) {
        while (arrived < rounds.length && rounds[arrived].times.fetched <= t) arrived++;
        while (ended < rounds.length && rounds[ended].times.end <= t) ended++;
        expected.put(t, "emap_ready", arrived - ended < 3, c, 1);
      }
    // what follows the last gradient does not matter
    expected.endOf("fmap_ready", cycles);
    expected.endOf("emap_ready", cycles);
    expected.endOf("episodes_finished", cycles);
  }

  private loadChunks(index: number, { plan, from, loaded }: RecordedEpisode): void {
    const { stimulus, design, mapping, parameters, bits } = this;
    const { ROWS, LOAD_WORDS, LOAD_FMAP_VALUES: VALUES, VALUE_BITS } = design;
    const contents = Array.from({ length: parameters.columns * ROWS }, (_, at) => {
      const column = Math.floor(at / ROWS);
      const chunk = plan.chunks[column][Math.floor((at % ROWS) / mapping.channelSlices)];
      const channels = plan.residency.channels[Math.floor((column * mapping.domains) / parameters.columns)];
      return chunk && this.chunkOf(chunk, channels[at % mapping.channelSlices], plan.residency.kernelRows[0]);
    });
    const beats = Math.max(
      1,
      ...contents.map((c) =>
        c ? Math.max(Math.ceil(c.words.length / LOAD_WORDS), Math.ceil(c.values.length / VALUES)) : 0,
      ),
    );
    if (beats > loaded - from)
      throw new InputError(
        `fmap chunk of episode ${index} must take at most ${loaded - from} cycles, takes ${beats}`,
      );
    const wordBits = Math.ceil(Math.log2(LOAD_WORDS + 1));
    const valueBits = Math.ceil(Math.log2(VALUES + 1));
    for (let beat = 0; beat < beats; beat++)
      this.at(loaded - beats + beat, () => {
        stimulus.put("fmap_valid", 1);
        stimulus.put("fmap_first", beat === 0);
        stimulus.put("fmap_last", beat === beats - 1);
        stimulus.put("fmap_chunk", index % design.CHUNKS);
        for (const [at, content] of contents.entries()) {
          const words = content ? content.words.subarray(beat * LOAD_WORDS, (beat + 1) * LOAD_WORDS) : [];
          const values = content ? content.values.slice(beat * VALUES, (beat + 1) * VALUES) : [];
          stimulus.put("fmap_word_count", words.length, at * wordBits, wordBits);
          stimulus.putWords("fmap_words", at * LOAD_WORDS * 32, words.length * 32, words);
          stimulus.put("fmap_value_count", values.length, at * valueBits, valueBits);
          for (const [v, code] of values.entries())
            stimulus.put("fmap_values", code >>> 0, (at * VALUES + v) * VALUE_BITS, VALUE_BITS);
        }
      });
    // the bits of an index that no chunk has are never put
    void bits;
  }

  /** A column's rounds: their data, and all that follows from them. */
  private rounds(column: number): void {
    const { record, mapping, parameters, expected, design, bits } = this;
    const { channelSlices, teamColumns } = mapping;
    const team = Math.floor(column / teamColumns);
    const help = helps(parameters);
    for (const [at, { episode, round, work, times }] of record.rounds[column].entries()) {
      const { plan, ksBefore } = record.episodes[episode];
      const { residency } = plan;
      const ks = residency.ks[team].slice(round.first, round.last);
      const channels = residency.channels[Math.floor((column * mapping.domains) / parameters.columns)];
      const [r0] = residency.kernelRows;
      const pes = Array.from({ length: design.ROWS }, (_, pe) => {
        const chunk = plan.chunks[column][Math.floor(pe / channelSlices)];
        const own = channels[pe % channelSlices];
        const mask = chunk ? this.maskOf(ks, own, r0) : [];
        const emaps = chunk ? ks.map((k) => this.emapOf(chunk, k)) : [];
        return { emaps, mask, pairs: chunk ? this.pairsOf(mask, emaps, this.chunkOf(chunk, own, r0)) : [] };
      });
      const next = record.rounds[column].at(at + 1);
      const lastOfEpisode = next?.episode !== episode;
      const after = lastOfEpisode ? (next?.episode ?? record.episodes.length) : episode;
      this.sendRound(column, times, pes, {
        round_episode: episode,
        round_chunk: episode % design.CHUNKS,
        round_base: ((ksBefore[team] + round.first) % this.ksHeld) * this.sumsOfK,
        round_room: plan.firstOfResidency ? Math.max(0, ksBefore[team] + round.last - this.ksHeld) : 0,
        round_episodes_done: after,
        round_ks_done: ksBefore[team] + (plan.lastOfResidency ? round.last : 0),
      });
      if (work.cycles === 0) {
        expected.add(times.start, "rounds_passed", 1, column * 2, 2);
        continue;
      }
      expected.put(times.start, "round_begins", 1, column, 1);
      expected.put(times.start, "round_cycles", work.cycles, column * bits.pairs, bits.pairs);
      this.multiply(column, times.start, work.cycles, ksBefore[team] + round.first, pes, help);
    }
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
    const { design, expected, math } = this;
    const { ROWS, CLUSTER_SIZE } = design;
    const taken = pes.map(() => 0);
    for (let cycle = 0; cycle < cycles; cycle++)
      for (let first = 0; first < ROWS; first += CLUSTER_SIZE) {
        const cluster = pes.slice(first, first + CLUSTER_SIZE);
        const left = cluster.map(({ pairs }, i) => pairs.length - taken[first + i]);
        const { given, of } = serve(left, cycles - cycle, help);
        for (const [mac, pe] of of.entries())
          if (pe >= 0) {
            expected.put(start + cycle, "busy", 1, column * ROWS + first + mac, 1);
            this.busyCycles[column * ROWS + first + mac]++;
          }
        for (const [i, n] of given.entries()) {
          const pe = first + i;
          const sums = this.sums[column * ROWS + pe];
          const [one, two] = pes[pe].pairs.slice(taken[pe], taken[pe] + n);
          taken[pe] += n;
          const add = (vector: number, product: number) => {
            const key = firstK * this.sumsOfK + vector;
            sums.set(key, math.add(sums.get(key) ?? 0, product));
          };
          if (two && one.vector === two.vector) add(one.vector, math.add(one.product, two.product));
          else {
            if (one) add(one.vector, one.product);
            if (two) add(two.vector, two.product);
          }
        }
      }
  }

  private sendRound(
    column: number,
    { fetched, asked }: { readonly fetched: number; readonly asked: number },
    pes: readonly { readonly emaps: readonly PeEmap[]; readonly mask: readonly number[] }[],
    about: Readonly<Record<string, number>>,
  ): void {
    const { stimulus, design, bits } = this;
    const { ROWS, ROUND_KS, TRACE_BITS, LOAD_EMAP_VALUES: VALUES, VALUE_BITS, ACCUMULATORS } = design;
    const values = pes.map(({ emaps }) => emaps.flatMap(({ codes }) => codes));
    const beats = Math.max(1, ...values.map((own) => Math.ceil(own.length / VALUES)));
    if (beats > fetched - asked)
      throw new InputError(
        `emap round of column ${column} must take ${fetched - asked} cycles, takes ${beats}`,
      );
    const countBits = Math.ceil(Math.log2(VALUES + 1));
    for (let beat = 0; beat < beats; beat++)
      this.at(fetched - beats + beat, () => {
        stimulus.put("emap_valid", 1, column, 1);
        stimulus.put("emap_first", beat === 0, column, 1);
        stimulus.put("emap_last", beat === beats - 1, column, 1);
        for (const [pe, { emaps, mask }] of pes.entries()) {
          const at = column * ROWS + pe;
          stimulus.put("emap_vectors", beat === 0 ? 2 ** emaps.length - 1 : 0, at * ROUND_KS, ROUND_KS);
          const now = values[pe].slice(beat * VALUES, (beat + 1) * VALUES);
          stimulus.put("emap_value_count", now.length, at * countBits, countBits);
          for (const [v, code] of now.entries())
            stimulus.put("emap_values", code >>> 0, (at * VALUES + v) * VALUE_BITS, VALUE_BITS);
          let base = 0;
          if (beat === 0)
            for (const [k, { bits: ones }] of emaps.entries()) {
              const vector = new Uint32Array(Math.ceil(TRACE_BITS / 32));
              for (const bit of ones) vector[bit >> 5] |= 1 << (bit & 31);
              stimulus.putWords("emap_bits", (at * ROUND_KS + k) * TRACE_BITS, TRACE_BITS, vector);
              stimulus.put("emap_bases", base, (at * ROUND_KS + k) * bits.index, bits.index);
              base += ones.length;
            }
          if (beat === beats - 1) {
            const wanted = new Uint32Array(Math.ceil(ACCUMULATORS / 32));
            for (const vector of mask) wanted[vector >> 5] |= 1 << (vector & 31);
            stimulus.putWords("mask", at * ACCUMULATORS, ACCUMULATORS, wanted);
          }
        }
        for (const [name, value] of Object.entries(about)) {
          const width = name === "round_chunk" ? bits.chunk : name === "round_base" ? bits.sum : 24;
          stimulus.put(name, value, column * width, width);
        }
      });
  }

  /** A team's k's leave, and their sums. */
  private drains(team: number): void {
    const { record, mapping, design, expected, stimulus, bits, math } = this;
    const { teamColumns, channelSlices } = mapping;
    const { ROWS, DRAIN_SUMS, ACCUMULATORS } = design;
    const column = team * teamColumns;
    const orders: { show: () => void; sent: number }[] = [];
    let skipped = 0;
    let index = 0;
    for (const episode of record.episodes.filter(({ plan }) => plan.lastOfResidency)) {
      const { residency } = episode.plan;
      const channels = residency.channels[Math.floor((column * mapping.domains) / this.parameters.columns)];
      for (const k of residency.ks[team]) {
        const number = index++;
        const { ready, start, sent } = record.drains[team][number];
        const wanted = channels.map((own) => this.maskOf([k], own, residency.kernelRows[0]));
        if (wanted.every((own) => own.length === 0)) {
          skipped++;
          continue;
        }
        orders.push({ show: this.order(column, skipped, number, wanted), sent });
        skipped = 0;
        const beats = drainBeats(wanted, DRAIN_SUMS);
        for (let t = ready; t < sent; t++) expected.put(t, "drain_valid", 1, column, 1);
        for (const [beat, lanes] of beats.entries()) {
          const t = beat === beats.length - 1 ? sent - 1 : start + beat;
          this.at(t, () => stimulus.put("drain_ready", 1, column, 1));
          const leaves = t + 6 + ROWS + column + teamColumns - 1;
          for (const [lane, { slice, vector }] of lanes.entries()) {
            const own = column * DRAIN_SUMS + lane;
            expected.put(t, "drain_lane", 1, own, 1);
            expected.put(t, "drain_slice", slice, own * bits.slice, bits.slice);
            expected.put(t, "drain_vector", vector, own * bits.sum, bits.sum);
            let total: number | undefined;
            for (let c = column; c < column + teamColumns; c++) {
              let ofColumn: number | undefined;
              for (let pe = slice; pe < ROWS; pe += channelSlices) {
                const sums = this.sums[c * ROWS + pe];
                const key = number * this.sumsOfK + vector;
                const sum = sums.get(key) ?? 0;
                sums.delete(key);
                ofColumn = ofColumn === undefined ? sum : math.add(ofColumn, sum);
              }
              total = total === undefined ? ofColumn! : math.add(total, ofColumn!);
            }
            const at = (column + teamColumns - 1) * DRAIN_SUMS + lane;
            expected.put(leaves, "gradient_valid", 1, at, 1);
            expected.put(leaves, "gradient", math.bitsOf(total!), at * 32, 32);
            this.out[this.element(k, channels[slice], vector, residency.kernelRows[0])] = math.bitsOf(total!);
          }
        }
      }
    }
    if (skipped > 0)
      orders.push({
        show: this.order(
          column,
          skipped,
          0,
          Array.from({ length: channelSlices }, () => []),
        ),
        sent: 0,
      });
    for (const [i, { show }] of orders.entries()) {
      if (i === 0) this.inputs[0].push(show);
      else if (i === 1) this.inputs[2].push(show);
      else this.at(orders[i - 2].sent, show);
    }
    const last = () => stimulus.put("order_valid", 0, column, 1);
    if (orders.length > 1) this.at(orders[orders.length - 2].sent, last);
    else this.inputs[2].push(last);
    void ACCUMULATORS;
  }

  private order(
    column: number,
    skipped: number,
    number: number,
    wanted: readonly (readonly number[])[],
  ): () => void {
    const { stimulus, design, bits } = this;
    const { ROWS, ACCUMULATORS } = design;
    return () => {
      stimulus.put("order_valid", 1, column, 1);
      stimulus.put("order_skipped", skipped, column * 24, 24);
      stimulus.put("order_base", (number % this.ksHeld) * this.sumsOfK, column * bits.sum, bits.sum);
      for (let slice = 0; slice < ROWS; slice++) {
        const own = wanted[slice] ?? [];
        const at = column * ROWS + slice;
        const words = new Uint32Array(Math.ceil(ACCUMULATORS / 32));
        for (const vector of own) putBits(words, vector, 1, 1);
        stimulus.putWords("order_wanted", at * ACCUMULATORS, ACCUMULATORS, words);
        stimulus.put("order_counts", own.length, at * bits.left, bits.left);
      }
    };
  }

  /** Trace vectors of some k's that the mask wants in a PE that holds these channels. */
  private maskOf(ks: readonly number[], channels: readonly number[], r0: number): number[] {
    const wanted = this.parameters.gradientSkip ? this.trace.mask : undefined;
    const vectors: number[] = [];
    const taps = this.mapping.tapRows * this.trace.layer.S;
    for (const [place, k] of ks.entries())
      for (const u of channels.keys())
        for (let tap = 0; tap < taps; tap++) {
          const vector = u * taps + tap;
          if (!wanted || wanted[this.element(k, channels, vector, r0)])
            vectors.push(place * this.sumsOfK + vector);
        }
    return vectors;
  }

  /** Place in [K][C/groups][R][S] of a vector of one k. */
  private element(k: number, channels: readonly number[], vector: number, r0: number): number {
    const { C, groups, R, S } = this.trace.layer;
    const taps = this.mapping.tapRows * S;
    const c = channels[Math.floor(vector / taps)] % (C / groups);
    return (k * (C / groups) + c) * R * S + r0 * S + (vector % taps);
  }

  private pairsOf(mask: readonly number[], emaps: readonly PeEmap[], chunk: PeChunk): Pair[] {
    const { layout, math } = this;
    const { S } = this.trace.layer;
    const taps = this.mapping.tapRows * S;
    const pairs: Pair[] = [];
    for (const vector of mask) {
      const within = vector % this.sumsOfK;
      const offset =
        Math.floor(within / taps) * layout.channelWords * 32 +
        layout.tapOffset(Math.floor((within % taps) / S), within % S);
      const { bits, codes } = emaps[Math.floor(vector / this.sumsOfK)];
      for (const [i, bit] of bits.entries()) {
        const code = chunk.codes[offset + bit];
        if (code !== none) pairs.push({ vector, product: math.multiply(code, codes[i]) });
      }
    }
    return pairs;
  }

  private chunkOf(chunk: Chunk, channels: readonly number[], r0: number): PeChunk {
    const known = this.chunkCache.get(chunk) ?? new Map<string, PeChunk>();
    this.chunkCache.set(chunk, known);
    const key = `${channels.join(" ")}|${r0}`;
    let made = known.get(key);
    if (!made) {
      const { C, H, W } = this.trace.layer;
      const { channelWords } = this.layout;
      const words = new Uint32Array(channels.length * channelWords);
      const codes = new Int32Array(words.length * 32 + this.design.TRACE_BITS).fill(none);
      const values: number[] = [];
      const pixels = this.layout.pixels(chunk, r0);
      for (const [u, c] of channels.entries())
        for (const { bit, n, h, w } of pixels) {
          const at = ((n * C + c) * H + h) * W + w;
          if (!this.flags.fmap[at]) continue;
          const own = u * channelWords * 32 + bit;
          words[own >> 5] |= 1 << (own & 31);
          codes[own] = this.fmapCodes[at];
          values.push(this.fmapCodes[at]);
        }
      made = { words, values, codes };
      known.set(key, made);
    }
    return made;
  }

  private emapOf(chunk: Chunk, k: number): PeEmap {
    const known = this.emapCache.get(chunk) ?? new Map<number, PeEmap>();
    this.emapCache.set(chunk, known);
    let made = known.get(k);
    if (!made) {
      const { K, P, Q } = this.trace.layer;
      const bits: number[] = [];
      const codes: number[] = [];
      this.layout.eachPosition(chunk, (bit, n, p, q) => {
        const at = ((n * K + k) * P + p) * Q + q;
        if (!this.flags.emap[at]) return;
        bits.push(bit);
        codes.push(this.emapCodes[at]);
      });
      made = { bits, codes };
      known.set(k, made);
    }
    return made;
  }
}

/** A product, and the trace vector that it is of. */
interface Pair {
  readonly vector: number;
  readonly product: number;
}
