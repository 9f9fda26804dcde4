import { describe, expect, it } from "vitest";
import { runMachine } from "../../test/run-machine.ts";
import { sharedFacts, sharedTraces } from "../../test/shared-data.ts";
import { openTrace } from "../trace/file.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { convolution, type Layer, linear } from "../workload/layer.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import { scheduleSet } from "./tensordash-schedule.ts";

/** Rows of one stream, lane 0 first; x is a nonzero. */
const lanes = (...rows: string[]) =>
  Int32Array.from(rows, (row) => [...row].reduce((bits, lane, i) => bits | (lane === "x" ? 1 << i : 0), 0));
const none = ".".repeat(16);
const all = "x".repeat(16);
const at = (...places: number[]) => Array.from(all, (x, i) => (places.includes(i) ? x : ".")).join("");

describe("which nonzeros may a lane take?", () => {
  it("dense rows take a cycle each", () => expect(scheduleSet(lanes(all, all, all), 1, 0).cycles).toBe(3));

  it("an empty lane takes one of the next row, from its own lane, a neighbour, or three above", () => {
    for (const place of [2, 3, 4, 6]) {
      const full = Array.from(all, (x, i) => (i === 3 ? "." : x)).join("");
      expect(scheduleSet(lanes(full, at(place)), 1, 0).cycles, `lane ${place}`).toBe(1);
    }
  });

  it("and none from another lane of the next row", () => {
    const full = Array.from(all, (x, i) => (i === 3 ? "." : x)).join("");
    for (const place of [0, 1, 5, 7]) expect(scheduleSet(lanes(full, at(place)), 1, 0).cycles).toBe(2);
  });

  it("lanes wrap round: lane 0 takes lane 15 of the next row and lane 14 of the one after", () => {
    const full = Array.from(all, (x, i) => (i === 0 ? "." : x)).join("");
    expect(scheduleSet(lanes(full, at(15)), 1, 0).cycles).toBe(1);
    expect(scheduleSet(lanes(full, none, at(14)), 1, 0).cycles).toBe(1);
  });

  it("streams do not share lanes, but advance together", () => {
    const first = lanes(at(1))[0];
    const full = 0xffff << 16;
    expect(scheduleSet(Int32Array.of(first, first), 1, 0).cycles).toBe(1);
    expect(scheduleSet(Int32Array.of(first | full, first | full), 1, 0).cycles).toBe(2);
  });
});

describe("how many empty rows cost nothing?", () => {
  it("two in succession, also across sets", () => {
    expect(scheduleSet(lanes(none, none), 1, 0)).toEqual({ cycles: 0, skipped: 2 });
    expect(scheduleSet(lanes(none, none), 1, 2)).toEqual({ cycles: 1, skipped: 1 });
    // the third takes a cycle, in which its lanes take all of the fourth
    expect(scheduleSet(lanes(none, none, none, all), 1, 0)).toEqual({ cycles: 1, skipped: 1 });
  });
});

describe("what does a layer take in FF and BP?", () => {
  const layer = convolution({
    name: "layer",
    N: 1,
    C: 20,
    H: 4,
    W: 4,
    K: 5,
    R: 1,
    S: 1,
    groups: 1,
    stride: [1, 1],
    padding: [0, 0, 0, 0],
    dilation: [1, 1],
  });
  const full = {
    layer,
    fmap: new Uint8Array(20 * 16).fill(1),
    emap: new Uint8Array(5 * 16).fill(1),
  };
  const run = (occupancy: Occupancy, phase: Phase) =>
    runMachine("tensordash", occupancy, { unlimitedPorts: true }, phase);

  it("sets of 4 windows x sets of 4 filters x rows of 16 channels, where nothing is zero", () => {
    // FF: 4 sets of windows, 2 of k's, 20 channels are 2 rows; BP: 5 sets of channels, 5 k's are a row
    expect(run(full, "ff").cycles).toBe(4 * 2 * 2);
    expect(run(full, "bp").cycles).toBe(4 * 5 * 1);
  });

  it("a second row of four channels fits in what a mask leaves of the first one", () => {
    const mask = new Uint8Array(5 * 20).fill(1);
    // of each k lanes 0 to 3 of the first row; the second row has lanes 0 to 3
    for (let k = 0; k < 5; k++) mask.fill(0, k * 20, k * 20 + 4);
    const { cycles, mapping } = run({ ...full, mask }, "ff");
    expect([cycles, mapping.startsWith("weights scheduled in 1 of 1 images")]).toEqual([4 * 2, true]);
  });

  it("with a stride BP runs once for each remainder of pixels, and pixels that no tap joins take nothing", () => {
    const strided = convolution({ ...layer, K: 16, C: 4, H: 8, W: 8, stride: [2, 2] });
    const occupancy = {
      layer: strided,
      fmap: new Uint8Array(4 * 64).fill(1),
      emap: new Uint8Array(16 * 16).fill(1),
    };
    expect(run(occupancy, "bp").cycles).toBe(4);
    const three = convolution({ ...strided, R: 3, S: 3, padding: [1, 1, 1, 1] });
    // remainders see 1, 2, 2 and 4 taps, each of 16 pixels; only the last row and column of windows read padding
    const dense = 4 * (1 + 2 + 2 + 4);
    const cycles = run({ ...occupancy, layer: three }, "bp").cycles;
    expect(cycles).toBeLessThanOrEqual(dense);
    expect(cycles).toBeGreaterThan(dense - 9);
  });
});

describe("what does a layer take?", () => {
  const run = (layer: Layer) => runMachine("tensordash", ones(layer), { unlimitedPorts: true });
  const ones = (layer: Layer) => ({
    layer,
    fmap: new Uint8Array(layer.N * layer.C * layer.H * layer.W).fill(1),
    emap: new Uint8Array(layer.N * layer.K * layer.P * layer.Q).fill(1),
  });

  it("as long as a dense array of 256 MACs where nothing is zero and all divides", () => {
    const layer = convolution({
      name: "layer",
      N: 2,
      C: 8,
      H: 10,
      W: 10,
      K: 12,
      R: 3,
      S: 3,
      groups: 1,
      stride: [1, 1],
      padding: [0, 0, 0, 0],
      dilation: [1, 1],
    });
    const { cycles, breakdown } = run(layer);
    expect(cycles).toBe((2 * 8 * 12 * 9 * 64) / 256);
    expect(breakdown.busy).toBe(256 * cycles);
  });

  it("rows, chosen operands and sums of a set, by hand", () => {
    // one set of 4 channels and 4 k's, two rows of 16 positions: two cycles, nothing is skipped
    const { cycles, events } = run(linear("fc", 32, 4, 4));
    expect(cycles).toBe(2);
    expect(events).toMatchObject({
      scheduledRows: 2 * 4,
      selectedValues: 2 * 16 * (4 + 16),
      accumulatorReadBytes: 2 * 16 * 4,
      // 8 streams of two rows of 16 values; then 16 sums change
      operandBufferReadBytes: 8 * 2 * 16 * 2 + 16 * 4,
      fmapReadBytes: 4 * 32 * 2 + (4 * 32) / 8,
      emapReadBytes: 4 * 32 * 2 + (4 * 32) / 8,
      sumReadBytes: 0,
    });
  });

  it("planes are held for all taps and k's where scratchpads hold the sums of all taps, or sums leave for each image", () => {
    const layer = convolution({
      name: "layer",
      N: 3,
      C: 8,
      H: 6,
      W: 6,
      K: 8,
      R: 3,
      S: 3,
      groups: 1,
      stride: [1, 1],
      padding: [1, 1, 1, 1],
      dilation: [1, 1],
    });
    const map = 3 * 8 * 36 * 2 + (3 * 8 * 36) / 8;
    expect(run(layer).events).toMatchObject({
      fmapReadBytes: 2 * map,
      emapReadBytes: 2 * map,
      sumReadBytes: 0,
    });
    // a sum a PE: either both maps nine times for each of two sets, or sums twice more than at the end
    const small = runMachine("tensordash", ones(layer), { unlimitedPorts: true, scratchpadBytes: 72 });
    expect(small.events).toMatchObject({
      fmapReadBytes: map,
      emapReadBytes: 2 * map,
      sumReadBytes: 2 * 8 * 8 * 9 * 4,
    });
  });

  it("channels that do not fill its rows and columns are lost to the mapping", () => {
    const { cycles, breakdown } = run(linear("fc", 32, 5, 4));
    expect([cycles, breakdown.mapping]).toEqual([4, 2 * 3 * 4 * 16]);
  });
});

const truth = sharedFacts("tensordash-simulator");
const traces = sharedTraces().filter(({ name }) => truth.some(({ trace }) => trace === name));

describe.skipIf(traces.length === 0)("does it agree with its authors' simulator?", () => {
  it("both traces are there", () => expect(traces).toHaveLength(2));

  const columns = {
    ff: "forward_cycles",
    bp: "input_gradient_cycles",
    wg: "weight_gradient_cycles",
  } as const;
  const cases = traces.flatMap((trace) => phaseNames.map((phase) => ({ ...trace, phase })));

  it.each(cases)(
    "on $name in $phase: FF and BP to the cycle, WG within 0.1 % a layer",
    ({ name, path, phase }) => {
      const step = openTrace(path);
      const rows = truth.filter((row) => row.trace === name && row[columns[phase]] !== "");
      const [first, ...others] = step.layers.map((layer) => layer.name);
      expect(rows.map(({ layer }) => layer)).toEqual(phase === "bp" ? others : [first, ...others]);
      for (const row of rows) {
        const occupied = step.occupancy(row.layer);
        const { cycles } = runMachine("tensordash", occupied, { unlimitedPorts: true }, phase);
        const expected = Number(row[columns[phase]]);
        const allowed = phase === "wg" ? 0.001 * expected : 0;
        expect(Math.abs(cycles - expected), row.layer).toBeLessThanOrEqual(allowed);
      }
    },
  );
});
