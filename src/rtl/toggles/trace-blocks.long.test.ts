import { beforeAll, describe, expect, it } from "vitest";
import {
  gatesThroughPe,
  joinGateEquivalents,
  requestGateEquivalents,
  teamGateEquivalents,
} from "../../accelerators/swg.ts";
import { flipFlopGateEquivalents } from "../../hardware/logic/gate-equivalents.ts";
import { type SynthesisedPe, synthesisedPes, type ValueBits } from "../../hardware/logic/toggled-blocks.ts";
import { helpLead, swgParameters } from "../../hardware/parameters.ts";
import { seededRandom } from "../../random.ts";
import { convolution, emapSize, fmapSize, gradientSize } from "../../workload/layer.ts";
import { YosysThread } from "../toolchain.ts";
import { moduleSource } from "./block-source.ts";
import { gateNetlist } from "./gate-netlist.ts";
import { GateSimulator } from "./gate-simulator.ts";
import { floatBits, floatFormats, floatOf } from "./number-codes.ts";
import { LayerOperands } from "./operands.ts";
import { driveDrainControl } from "./stimuli/drain-control.ts";
import { driveDrainLane } from "./stimuli/drain-lane.ts";
import { driveDrainTap } from "./stimuli/drain-tap.ts";
import { driveFinishedSums } from "./stimuli/finished-sums.ts";
import { driveJobChoice } from "./stimuli/job-choice.ts";
import { driveChunkWriter, driveListWriter } from "./stimuli/lists.ts";
import { driveMac } from "./stimuli/mac.ts";
import { reset } from "./stimuli/stimulus.ts";
import { driveSwitch } from "./stimuli/switch.ts";
import { driveJobs } from "./stimuli/trace.ts";

/** How far two jobs of a column that can begin are apart at most. */
const mostLead = swgParameters.listAhead.value - 1;

/** The PE that faults are looked for in: that of the defaults of the modules. */
const [, usualPe] = synthesisedPes;

const sizesOf = ({ traces, chunks, lanes }: SynthesisedPe) => ({
  TRACES: traces,
  CHUNKS: chunks,
  LANES: lanes,
});

let thread: YosysThread;
beforeAll(() => {
  thread = new YosysThread();
  return () => thread.end();
});

/** The block as gates, with `right` replaced by `wrong` in the one file that has it. */
async function simulatorOf(
  block: Pick<Block, "module" | "boxes" | "parameters">,
  pe: SynthesisedPe,
  replaced?: readonly [string, string],
): Promise<GateSimulator> {
  const source = moduleSource(block.module, block.parameters?.(pe), block.boxes);
  const files: Record<string, string> = Object.assign({}, source.files);
  if (replaced) {
    const having = Object.keys(files).filter((file) => files[file].includes(replaced[0]));
    expect(having, replaced[0]).toHaveLength(1);
    files[having[0]] = files[having[0]].replace(...replaced);
  }
  const { netlist } = await gateNetlist(Object.assign({}, source, { files }), thread);
  return new GateSimulator(netlist);
}

/** A layer drawn at random, with a mask, of an odd number of channels: stride 1, or stride 2 and few nonzeros in the emap. */
function drawnLayer(stride: number): LayerOperands {
  const layer = convolution({
    name: "drawn",
    N: 2,
    C: 5,
    H: 13,
    W: 13,
    K: 12,
    R: 3,
    S: 3,
    stride: [stride, stride],
    padding: [1, 1, 1, 1],
    dilation: [1, 1],
    groups: 1,
  });
  const random = seededRandom(stride);
  const values = (count: number, density: number) =>
    Float32Array.from({ length: count }, () => (random.uniform() < density ? random.normal() : 0));
  const mask = Uint8Array.from({ length: gradientSize(layer) }, () => (random.uniform() < 0.6 ? 1 : 0));
  const emap = values(emapSize(layer), stride === 1 ? 0.2 : 0.05);
  const trace = { layer, fmap: values(fmapSize(layer), 0.4), emap, mask };
  return new LayerOperands(trace, 1);
}

interface Block {
  readonly module: string;
  readonly boxes: readonly string[];
  /** of the module in a PE, where it differs with that */
  readonly parameters?: (pe: SynthesisedPe) => Readonly<Record<string, number>>;
  readonly drive: (
    sim: GateSimulator,
    operands: LayerOperands,
    valueBits: ValueBits,
    pe: SynthesisedPe,
  ) => unknown;
  /** text of the module, and what is put in its place; each is seen by itself */
  readonly faults: readonly (readonly [string, string])[];
}

const blocks: readonly Block[] = [
  {
    module: "trace",
    boxes: [],
    parameters: ({ traces }) => ({ TRACES: traces }),
    drive: driveJobs,
    faults: [["5'(i) < pair_at", "5'(i) <= pair_at"]],
  },
  {
    module: "mac",
    boxes: ["multiplier", "adder"],
    drive: driveMac,
    faults: [
      ["in_same ? out_sum : in_kept ? kept : in_sum", "in_same ? out_sum : in_sum"],
      // the sum does not stay for the visit
      ["in_same ? out_sum : in_kept ? kept : in_sum", "in_kept ? kept : in_sum"],
      // nor while no pair comes
      ["if (in_valid) begin", "begin"],
    ],
  },
  {
    module: "pe_switch",
    boxes: [],
    parameters: ({ traces }) => ({ TRACES: traces }),
    drive: driveSwitch,
    faults: [
      ["if (changed1 || reset) ways2 <= ways1", "ways2 <= ways"],
      // sums go back before the visit ends: to memories, to a neighbour
      ["& {4{|back_write[t]}}", ""],
      ["sum_right = mac_sum[1] & {32{RING && right_asks}}", "sum_right = mac_sum[1]"],
      // a neighbour is asked though its MAC serves another trace
      ["from_left[t] = back[t][2]", "from_left[t] = |back_write[t]"],
    ],
  },
  {
    module: "job_choice",
    boxes: [],
    parameters: ({ traces }) => ({ TRACES: traces }),
    drive: driveJobChoice,
    faults: [["there = ready | (next_ready & ends)", "there = ready | next_ready"]],
  },
  {
    module: "list_writer",
    boxes: [],
    drive: driveListWriter,
    faults: [
      // the list begins at a wrong place; a full last word ends in the word that is kept
      ["end_at <= at + count[PLACE_BITS-1:0]", "end_at <= count[PLACE_BITS-1:0]"],
      ["end_at != '0 && end_at <= at", "end_at != '0 && end_at < at"],
      // values are lost where two lists meet in a word
      ["(last ? end_at : at) != '0", "!last"],
      // a word is written before its values are there
      ["(values_valid || !take)", "1'b1"],
      ["headers && none ? '0 : words", "words"],
      // a header where the layer has none, no bitmap where it has none
      ["header_valid = headers && begins_list", "header_valid = begins_list"],
      ["writes_bitmap = headers ?", "writes_bitmap = 1'b1 ?"],
    ],
  },
  {
    module: "chunk_writer",
    boxes: [],
    parameters: ({ traces, chunks }) => ({ TRACES: traces, CHUNKS: chunks }),
    drive: driveChunkWriter,
    faults: [["word_first ? '0 : count", "count"]],
  },
  {
    module: "drain_tap",
    boxes: [],
    parameters: ({ traces, lanes }) => ({ TRACES: traces, LANES: lanes }),
    drive: driveDrainTap,
    faults: [
      ["read[l] && read_pe[l] == pe &&", "read[l] &&"],
      // a word stays on its way, the other PEs' are lost
      ["sum_read != '0 || was_read != '0 || reset", "sum_read != '0 || reset"],
      ["out_words[l] = in_words[l] |", "out_words[l] ="],
      // another place is cleared than the one that was read
      [": was_address[t]", ": sum_address[t]"],
    ],
  },
  {
    module: "drain_lane",
    boxes: ["adder", "to_bf16", "memory_1r1w"],
    drive: driveDrainLane,
    faults: [
      ["adds_two = is_here && (!is_last || here[3])", "adds_two = is_here && here[3]"],
      ["levels == '0 ? own_sums : left_sums", "own_sums"],
      // a couple does not come as far as its adder, its place is that of the one before
      ["level != '0 && valid", "level == '0 && valid"],
      ["here[2:0], result", "coming[2:0], result"],
      ["(comes && coming[2]) ? '0 :", "1'b0 ? '0 :"],
      // more is sent than there is, or too early
      ["shows && !buffer_word[66]", "shows"],
      ["begins = sends[levels]", "begins = sends[0]"],
    ],
  },
];

/** Of those whose times are drawn: what operands a layer has is nothing to them. */
const blocksByChance: readonly (Pick<Block, "module" | "faults"> & {
  readonly drive: (sim: GateSimulator, pe: SynthesisedPe) => unknown;
})[] = [
  {
    module: "finished_sums",
    drive: driveFinishedSums,
    faults: [
      ["was_run && next[z][0] == was_odd", "1'b0"],
      ["ends = is_done && is_last", "ends = is_done"],
      ["used[z] && is_held && !has[z]", "1'b0"],
      ["taken[z] ? count > 4'd1 : count != '0", "count != '0"],
    ],
  },
  {
    module: "drain_control",
    drive: driveDrainControl,
    faults: [
      ["rests = was_idle & was_idle_before", "rests = was_idle"],
      ["waits = finished & ~taken", "waits = finished"],
    ],
  },
];

/** Faults of a trace that works by tiles: what is wrong, text of the module, and what is put in its place. */
const traceFaults: readonly (readonly [string, string, string])[] = [
  ["lanes in another order", "some[1] && !some[0], some[0]};", "some[1], some[0] && !some[1]};"],
  ["slots that were passed come again", "{lane[2], lane[1] || lane[2]}", "{1'b0, lane[1] || lane[2]}"],
  ["the last nonzero of a slot first", "visit &= ~done", "visit &= ~(done | (visit >> 1))"],
  ["no sum is read", "sum_read = pair_read && done == '0", "sum_read = 1'b0"],
  ["a sum is read for each pair", "sum_read = pair_read && done == '0", "sum_read = pair_read"],
  ["a sum is written too early", "is_last <= !visit_more", "is_last <= 1'b1"],
  [
    "a tile does not wait for its looks",
    "complete = active && (first ? step[TILE-1] : step[STEPS-1])",
    "complete = active",
  ],
  ["pairs of the tile before get values of the next one", "if (swapped) values", "if (swap) values"],
  ["a window is masked as the next job's are", "own_mask <= next_mask", "own_mask <= list_mask"],
  ["a header without nonzeros is a job", "|list_mask && |list_length", "|list_mask"],
  [
    "a tile's values are those of the one before",
    "next_value = value_before + LIST_BITS'(1)",
    "next_value = value_before",
  ],
];

describe("do blocks of the machine of traces what the model of their operands says, and is a fault seen?", () => {
  it.each(blocks)("$module", async (block) => {
    const strides = [1, 2];
    for (const pe of block.parameters ? synthesisedPes : [usualPe])
      for (const stride of strides) block.drive(await simulatorOf(block, pe), drawnLayer(stride), 16, pe);
    for (const fault of block.faults) {
      const faulty = await simulatorOf(block, usualPe, fault);
      const layers = strides.map(drawnLayer);
      const all = () => layers.map((layer) => block.drive(faulty, layer, 16, usualPe));
      expect(all, fault.join(" -> ")).toThrow(/must/);
    }
  });

  it.each(blocksByChance)("$module", async ({ module, drive, faults }) => {
    const block = { module, boxes: [], parameters: ({ traces }: SynthesisedPe) => ({ TRACES: traces }) };
    for (const pe of synthesisedPes) drive(await simulatorOf(block, pe), pe);
    for (const fault of faults) {
      const faulty = await simulatorOf(block, usualPe, fault);
      expect(() => drive(faulty, usualPe), fault.join(" -> ")).toThrow(/must/);
    }
  });

  it.each([8, 32] as const)("trace: values of %i bits", async (width) => {
    const { netlist } = await gateNetlist(moduleSource("trace", { VALUE_BITS: width }), thread);
    for (const stride of [1, 2]) driveJobs(new GateSimulator(netlist), drawnLayer(stride), width, usualPe);
  });

  it.each(traceFaults)("trace: %s", async (_what, ...fault) => {
    const faulty = await simulatorOf(blocks[0], usualPe, fault);
    const all = () => [1, 2].map((stride) => driveJobs(faulty, drawnLayer(stride), 16, usualPe));
    expect(all).toThrow(/must/);
  });

  it("job_choice: a MAC goes to a neighbour's trace where that is two jobs farther behind, whatever their indices", async () => {
    const sim = new GateSimulator((await gateNetlist(moduleSource("job_choice"), thread)).netlist);
    reset(sim);
    sim.set("help", 1);
    for (let own = 0; own < 16; own++)
      for (let lead = -mostLead; lead <= mostLead; lead++) {
        sim.set("ready", 3);
        sim.set("next", own + 16 * own);
        for (const side of ["left", "right"]) sim.set(`${side}_offer`, 16 + ((own - lead + 16) % 16));
        const goes = Number(lead >= helpLead);
        const taken = [sim.number("ask_left"), sim.number("ask_right")];
        expect([own, lead, ...taken]).toEqual([own, lead, goes, goes]);
      }
  });

  it.each(synthesisedPes)(
    "what joins the blocks of a PE takes the gates that its area counts: $traces traces",
    async (built) => {
      const boxes = ["trace", "job_choice", "pe_switch", "mac", "chunk_writer", "drain_tap", "memory_1r1w"];
      const source = moduleSource("processing_element", sizesOf(built), boxes);
      const { gateEquivalents } = await gateNetlist(source, thread);
      expect(gateEquivalents / joinGateEquivalents[built.traces]).toBeCloseTo(1, 2);
    },
  );

  it.each(synthesisedPes)("so does what joins columns to teams: $traces traces", async ({ traces }) => {
    const sizes = { TRACES: traces };
    const said = await gateNetlist(moduleSource("team_drain", sizes, ["drain_control"]), thread);
    const gates = said.gateEquivalents + said.flipFlops * flipFlopGateEquivalents;
    const columns = 16;
    const source = moduleSource("column_array", { ...sizes, COLUMNS: columns }, [
      "member",
      "team_drain",
      "finished_sums",
      "column_room",
      "list_request",
      "chunk_request",
    ]);
    // a box is known by a part of its name, which the array's name must not have
    const files = Object.fromEntries(
      Object.entries(source.files).map(([file, text]) => [file, text.replaceAll("column #(", "member #(")]),
    );
    const array = await gateNetlist(Object.assign({}, source, { files }), thread);
    const counted = teamGateEquivalents[traces];
    expect(gates / counted.said).toBeCloseTo(1, 2);
    expect(array.gateEquivalents / columns / counted.links).toBeCloseTo(1, 2);
  });

  it.each(synthesisedPes)(
    "and so does what asks for chunks and lists: $traces traces",
    async ({ traces, chunks }) => {
      const columns = 16;
      const gatesOf = async (module: string, parameters: Readonly<Record<string, number>>) => {
        const { gateEquivalents, flipFlops } = await gateNetlist(moduleSource(module, parameters), thread);
        return gateEquivalents + flipFlops * flipFlopGateEquivalents;
      };
      const room = await gatesOf("column_room", { TRACES: traces, CHUNKS: chunks });
      const list = await gatesOf("list_request", {});
      const row = await gatesOf("chunk_request", { COLUMNS: columns });
      const counted = requestGateEquivalents[traces];
      expect((room + list) / counted.column).toBeCloseTo(1, 2);
      expect(row / counted.row).toBeCloseTo(1, 2);
    },
  );

  it.each(synthesisedPes)(
    "the longest way through a PE, and through two in a ring, is no longer than the clock counts with: $traces traces",
    async (built) => {
      const boxes = ["memory_1r1w"];
      const sizes = sizesOf(built);
      const pe = await gateNetlist(moduleSource("processing_element", sizes, boxes), thread);
      const ring = await gateNetlist(moduleSource("column", { ...sizes, ROWS: 2 }, boxes), thread);
      expect(Math.max(pe.gates, ring.gates)).toBe(gatesThroughPe[built.traces]);
    },
  );

  it("to_bf16: the nearest, ties to even, infinity, NaN", async () => {
    const sim = new GateSimulator((await gateNetlist(moduleSource("to_bf16"), thread)).netlist);
    const random = seededRandom(3);
    const special = [0, 0x7f80_0000, 0xff80_0000, 0x7f7f_ffff, 0x3f80_8000, 0x3f81_8000, 0x3f80_7fff];
    for (const sum of [...special, ...Array.from({ length: 3000 }, () => random.bits() >>> 0)]) {
      const number = floatOf(sum, floatFormats.fp32);
      // numbers below the normal ones are none of its sums
      if (number === 0 && sum << 1 !== 0) continue;
      sim.set("sum", sum);
      const value = sim.number("value");
      if (Number.isNaN(number)) expect([sum, value & 0x7fff]).toEqual([sum, 0x7fc0]);
      else expect([sum, value]).toEqual([sum, floatBits(number, floatFormats.bf16)]);
    }
  });
});
