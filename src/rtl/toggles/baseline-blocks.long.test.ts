import { beforeAll, describe, expect, it } from "vitest";
import { scheduleSet } from "../../accelerators/tensordash-schedule.ts";
import { type Random, seededRandom } from "../../random.ts";
import { YosysThread } from "../toolchain.ts";
import { moduleSource } from "./block-source.ts";
import { gateNetlist } from "./gate-netlist.ts";
import { GateSimulator } from "./gate-simulator.ts";

let thread: YosysThread;
beforeAll(() => {
  thread = new YosysThread();
  return () => thread.end();
});

async function simulatorOf(top: string, parameters: Readonly<Record<string, number>> = {}) {
  const { netlist } = await gateNetlist(moduleSource(top, parameters), thread);
  const sim = new GateSimulator(netlist);
  if (!sim.names(true).includes("reset")) return sim;
  sim.set("reset", 1);
  sim.tick();
  sim.set("reset", 0);
  return sim;
}

/** A word in which each bit is set with a chance of `density`. */
const wordOf = (random: Random, density: number, bits = 32): number =>
  Array.from({ length: bits }, (_, i) => (random.uniform() < density ? 2 ** i : 0)).reduce(
    (a, b) => a + b,
    0,
  );
const onesOf = (word: number): number[] =>
  Array.from({ length: 32 }, (_, i) => i).filter((i) => Math.floor(word / 2 ** i) % 2 === 1);

/** A cycle of SparseTrain's PE, with its buffer of values, multiplier and adder played; whether the stream moved on. */
function sparseTrainCycle(sim: GateSimulator, values: readonly number[]): boolean {
  sim.set("value", values[sim.number("value_place")] ?? 0);
  const product = sim.number("streamed") * sim.number("waiting");
  if (sim.number("pair") === 1) sim.set("total", sim.number("held") + product);
  const ready = sim.number("stream_ready") === 1;
  sim.tick();
  return ready;
}

function untilStreamMoves(sim: GateSimulator, values: readonly number[]): void {
  while (!sparseTrainCycle(sim, values));
}

describe("do the blocks of other machines do what their heads promise?", () => {
  it("scatter: every product leaves its bank once, in the order of acceptance", async () => {
    const [products, banks] = [4, 8];
    const sim = await simulatorOf("scatter", {
      PRODUCTS: products,
      BANKS: banks,
      PLACE_BITS: 4,
      SUM_BITS: 16,
    });
    const random = seededRandom(1);
    const waiting = Array.from({ length: 400 }, (_, i) => ({ bank: random.below(banks), product: i + 1 }));
    const accepted: number[][] = Array.from({ length: banks }, () => []);
    const left: number[][] = Array.from({ length: banks }, () => []);
    const offer = (offered: typeof waiting) => {
      for (let i = 0; i < products; i++) sim.set("valid", i < offered.length ? 1 : 0, i, 1);
      for (const [i, { bank, product }] of offered.entries()) {
        sim.set("bank", bank, 3 * i, 3);
        sim.set("place", product % 16, 4 * i, 4);
        sim.set("product", product, 16 * i, 16);
      }
    };
    for (let cycle = 0; cycle < 600; cycle++) {
      const offered = waiting.slice(0, random.below(products + 1));
      offer(offered);
      const take = random.bits() % 2 ** banks;
      sim.set("take", take);
      for (const b of onesOf(take).filter((bank) => sim.number("held", bank, 1) === 1)) {
        const product = sim.number("held_product", 16 * b, 16);
        expect(sim.number("held_place", 4 * b, 4)).toBe(product % 16);
        left[b].push(product);
      }
      for (const one of offered.filter((_, i) => sim.number("accepted", i, 1) === 1)) {
        accepted[one.bank].push(one.product);
        waiting.splice(waiting.indexOf(one), 1);
      }
      sim.tick();
    }
    expect(waiting).toEqual([]);
    expect(left).toEqual(accepted);
  });

  it("coordinates: of use are the products whose tap lies in the kernel", async () => {
    const sim = await simulatorOf("coordinates");
    const random = seededRandom(2);
    sim.set("kernel_rows", 3);
    sim.set("kernel_columns", 2);
    sim.set("padding_row", 1);
    sim.set("padding_column", 0);
    for (let cycle = 0; cycle < 300; cycle++) {
      const draw = () => Array.from({ length: 4 }, () => [random.below(6), random.below(6)]);
      const [fmap, emap, valid] = [draw(), draw(), random.below(16)];
      sim.set("fmap_valid", valid);
      sim.set("emap_valid", 15);
      for (let i = 0; i < 4; i++) {
        sim.set("fmap_row", fmap[i][0], 6 * i, 6);
        sim.set("fmap_column", fmap[i][1], 6 * i, 6);
        sim.set("emap_row", emap[i][0], 6 * i, 6);
        sim.set("emap_column", emap[i][1], 6 * i, 6);
      }
      sim.tick();
      for (let i = 0; i < 16; i++) {
        const [f, e] = [i >> 2, i & 3];
        const [r, s] = [fmap[f][0] + 1 - emap[e][0], fmap[f][1] - emap[e][1]];
        const useful = ((valid >> f) & 1) === 1 && r >= 0 && r < 3 && s >= 0 && s < 2;
        expect(sim.number("valid", i, 1)).toBe(Number(useful));
        if (useful) expect(sim.number("tap", 6 * i, 6)).toBe(r * 8 + s);
      }
    }
  });

  it("candidates of ANT: those in the range leave once, in order, four a cycle", async () => {
    const sim = await simulatorOf("ant_candidates");
    const random = seededRandom(3);
    const [expected, found]: number[][] = [[], []];
    for (let cycle = 0; cycle < 600; cycle++) {
      const [candidate, first] = [cycle < 590 ? random.bits() % 65536 : 0, random.below(40)];
      const columns = Array.from({ length: 16 }, () => random.below(64));
      sim.set("candidate", candidate);
      sim.set("first", first);
      sim.set("last", first + 20);
      for (const [i, column] of columns.entries()) sim.set("column", column, 6 * i, 6);
      const inRange = onesOf(candidate).filter((i) => columns[i] >= first && columns[i] <= first + 20);
      if (sim.number("ready") === 1) expected.push(...inRange.map((i) => i * 64 + columns[i]));
      for (const p of onesOf(sim.number("pick")))
        found.push(sim.number("pick_index", 4 * p, 4) * 64 + sim.number("pick_column", 6 * p, 6));
      sim.tick();
    }
    expect(found).toEqual(expected);
  });

  it.each([1, 4])("nonzero reader of %i: every one of the bitmap, with its position", async (count) => {
    const sim = await simulatorOf("nonzero_reader", { COUNT: count });
    const random = seededRandom(4);
    const words = Array.from({ length: 30 }, () => wordOf(random, random.uniform()));
    const found: number[] = [];
    let loading = 0;
    while (loading <= words.length) {
      sim.set("next", random.below(2));
      sim.set("word_valid", loading < words.length ? 1 : 0);
      sim.set("word", words[loading] ?? 0);
      sim.set("word_position", 32 * loading);
      const shown = sim.number("next") === 1 ? onesOf(sim.number("valid")) : [];
      found.push(...shown.map((i) => sim.number("position", 10 * i, 10)));
      const loads = sim.number("word_ready") === 1;
      sim.tick();
      if (loads) loading++;
    }
    expect(found).toEqual(words.flatMap((word, w) => onesOf(word).map((bit) => 32 * w + bit)));
  });

  it("line of LNPU: each nonzero is broadcast, each MAC has the address and the edge of its tap", async () => {
    const sim = await simulatorOf("lnpu_line", { MACS: 4 });
    const random = seededRandom(5);
    const columns = 20;
    sim.set("rows", 12);
    sim.set("columns", columns);
    sim.set("plane", 0);
    const taps = [0, 1, 2, 3].map((i) => ({ r: i >> 1, s: 2 * (i & 1) }));
    for (const [i, { r, s }] of taps.entries()) {
      sim.set("tap_row", r, 3 * i, 3);
      sim.set("tap_column", s, 3 * i, 3);
      sim.set("tap_address", r * columns + s, 10 * i, 10);
    }
    const reached = (row: number, column: number) =>
      taps.map(({ r, s }) =>
        row >= r && row - r < 12 && column >= s && column - s < columns
          ? (row - r) * columns + column - s
          : undefined,
      );
    const words = Array.from({ length: 14 }, () => wordOf(random, 0.3, 22));
    const expected = words.flatMap((word, row) => onesOf(word).map((column) => ({ row, column })));
    let [loading, seen, quiet] = [0, 0, 0];
    const offer = (row: number) => {
      sim.set("word_valid", row < words.length ? 1 : 0);
      sim.set("word", words[row] ?? 0);
      sim.set("word_row", row);
      sim.set("word_column", 0);
      sim.set("word_address", row * columns);
      sim.set("word_place", expected.filter((nonzero) => nonzero.row < row).length);
    };
    while (quiet < 20) {
      offer(loading);
      sim.set("step", 1);
      sim.set("next", random.below(2));
      sim.set("value", sim.number("value_place"));
      const [loads, pops] = [sim.number("word_ready") === 1, sim.number("next") === 1];
      sim.tick();
      if (loads && loading < words.length) loading++;
      quiet++;
      if (sim.number("valid") === 0) continue;
      quiet = 0;
      expect(sim.number("broadcast")).toBe(seen);
      const { row, column } = expected[seen];
      const addresses = taps.map((_, i) =>
        sim.number("in_range", i, 1) === 1 ? sim.number("address", 10 * i, 10) : undefined,
      );
      expect(addresses).toEqual(reached(row, column));
      if (pops) seen++;
    }
    expect(seen).toBe(expected.length);
  });

  it("scheduler of TensorDash: a stream takes the cycles that the model counts", async () => {
    const sim = await simulatorOf("tensordash_scheduler");
    const random = seededRandom(6);
    for (const density of [0.05, 0.2, 0.5, 0.9]) {
      const rows = Array.from({ length: 200 }, () => wordOf(random, density, 16));
      // as if two rows had been skipped before: the first one takes a cycle
      const { cycles } = scheduleSet(Int32Array.from(rows), 1, 2);
      const load = (from: number) => {
        for (let i = 0; i < 3; i++) sim.set("incoming", rows[from + i] ?? 0, 16 * i, 16);
      };
      sim.set("advance", 3);
      load(0);
      sim.tick();
      let [first, taken, multiplied] = [0, 0, 0];
      while (first < rows.length) {
        const done = sim.number("done");
        const advance = done === 7 ? 3 : (done & 3) === 3 ? 2 : 1;
        sim.set("advance", advance);
        load(first + 3);
        sim.tick();
        multiplied += onesOf(sim.number("take")).length;
        taken++;
        first += advance;
      }
      expect([density, multiplied]).toEqual([density, rows.flatMap(onesOf).length]);
      expect([density, taken]).toEqual([density, cycles]);
    }
  });

  it("lane of TensorDash: the chosen operand of either side, zero without a choice", async () => {
    const sim = await simulatorOf("tensordash_lane", { VALUE_BITS: 8 });
    for (let i = 0; i < 8; i++) {
      sim.set("scheduled", 10 + i, 8 * i, 8);
      sim.set("other", 100 + i, 8 * i, 8);
    }
    for (let choice = 0; choice < 8; choice++)
      for (const take of [0, 1]) {
        sim.set("choice", choice);
        sim.set("take", take);
        expect([sim.number("a"), sim.number("b")]).toEqual([take * (10 + choice), take * (100 + choice)]);
      }
  });

  it("PE of SparseTrain: the sums of two rows' convolution, for several pairs of rows", async () => {
    const sim = await simulatorOf("sparsetrain_pe", { VALUE_BITS: 8 });
    const random = seededRandom(10);
    const sums = [0, 0, 0];
    const padding = 1;
    sim.set("load_padding", padding);
    for (let row = 0; row < 40; row++) {
      const [waiting, streamed] = [onesOf(wordOf(random, random.uniform())), onesOf(wordOf(random, 0.4))];
      const values = waiting.map(() => 1 + random.below(255));
      sim.set("load", 1);
      sim.set(
        "load_row",
        waiting.reduce((word, bit) => word + 2 ** bit, 0),
      );
      sparseTrainCycle(sim, values);
      sim.set("load", 0);
      sim.set("stream_valid", 1);
      for (const position of streamed) {
        const value = 1 + random.below(255);
        for (const tap of sums.keys())
          sums[tap] += value * (values[waiting.indexOf(position + tap - padding)] ?? 0);
        sim.set("stream_position", position);
        sim.set("stream_value", value);
        untilStreamMoves(sim, values);
      }
      sim.set("stream_valid", 0);
      for (let i = 0; i < 5; i++) sparseTrainCycle(sim, values);
      expect([0, 1, 2].map((tap) => sim.number("sums", 32 * tap, 32))).toEqual(sums);
    }
  });

  it("loads of half tiles: heaviest first, equal ones as they came", async () => {
    const sim = await simulatorOf("procrustes_load", { HALVES: 16 });
    const random = seededRandom(7);
    for (let step = 0; step < 20; step++) {
      sim.set("clear", 1);
      sim.set("insert", 0);
      sim.tick();
      sim.set("clear", 0);
      sim.set("insert", 1);
      const loads = Array.from({ length: 16 }, (_, index) => ({ index, load: random.below(30) }));
      for (const { index, load } of loads) {
        sim.set("insert_index", index);
        sim.set("insert_load", load);
        sim.tick();
      }
      const order = loads.map((_, i) => sim.number("order", 4 * i, 4));
      expect(order).toEqual(loads.sort((a, b) => b.load - a.load).map(({ index }) => index));
    }
  });

  it("spread words: rows at their pitch, and the ones before each word", async () => {
    const sim = await simulatorOf("spread_word");
    const random = seededRandom(8);
    for (let vector = 0; vector < 40; vector++) {
      const [columns, rows] = [1 + random.below(30), 1 + random.below(6)];
      const pitch = columns + 2;
      const bits: number[] = [];
      const words: [number, number][] = [];
      const collect = () => {
        if (sim.number("word_valid") === 1) words.push([sim.number("word"), sim.number("ones_before")]);
      };
      sim.set("valid", 1);
      for (let row = 0; row < rows; row++) {
        const word = wordOf(random, 0.4, columns);
        bits.push(...onesOf(word).map((bit) => row * pitch + bit));
        sim.set("row", word);
        sim.set("pitch", pitch);
        sim.set("first", row === 0 ? 1 : 0);
        sim.set("last", row === rows - 1 ? 1 : 0);
        sim.tick();
        collect();
      }
      sim.set("valid", 0);
      sim.tick();
      const expected = words.map((_, w): [number, number] => [
        bits.filter((bit) => bit >> 5 === w).reduce((word, bit) => word + 2 ** (bit & 31), 0),
        bits.filter((bit) => bit >> 5 < w).length,
      ]);
      expect(words).toEqual(expected);
    }
  });

  it("register file: what was written last", async () => {
    const sim = await simulatorOf("register_file", { WORDS: 4, WIDTH: 8, READ_PORTS: 2, WRITE_PORTS: 1 });
    const random = seededRandom(9);
    const words = [0, 0, 0, 0];
    for (let cycle = 0; cycle < 300; cycle++) {
      const [write, at, word] = [random.below(2), random.below(4), random.below(256)];
      sim.set("write", write);
      sim.set("write_address", at);
      sim.set("write_word", word);
      sim.set("read", 3);
      for (const port of [0, 1]) {
        const address = random.below(4);
        sim.set("read_address", address, 2 * port, 2);
        expect(sim.number("read_word", 8 * port, 8)).toBe(words[address]);
      }
      sim.tick();
      if (write === 1) words[at] = word;
    }
  });
});
