import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { blockFiles, designText } from "./design-text.ts";
import { nativeTool } from "./native-tools.ts";
import { moduleSource } from "./toggles/block-source.ts";
import { modulePorts } from "./written/module-header.ts";

/** Values of inputs; others are 0. */
type Inputs = Readonly<Record<string, number>>;

/** How a rule of a module's ports is broken. */
interface Violation {
  readonly parameters?: Inputs;
  /** from the first cycle under reset on */
  readonly constant?: Inputs;
  /** a fault that is needed for it, where inputs alone cannot do it: text of the module, and what is put in its place */
  readonly fault?: readonly [string, string];
  /** after reset */
  readonly cycles: readonly Inputs[];
}

const times = (count: number, of: (cycle: number) => Inputs): Inputs[] =>
  Array.from({ length: count }, (_, i) => of(i));

const chunkAndList: Inputs = {
  lists_in: 1,
  chunk_full: 1,
  read_length: 2,
  pass_lanes: 3,
  lane_bits: 6,
  column_step: 1,
  group_log: 3,
};
/** A trace with a chunk of ones, and a list with a nonzero at its first position; `then` from when it is ready on. */
const traceAtWork = (then: readonly Inputs[]): Inputs[] => [
  chunkAndList,
  ...[1, 2].map((couple) =>
    Object.assign({ row_write: couple, row_bits: 2 ** 40 - 1, activated: couple - 1 }, chunkAndList),
  ),
  ...times(40, () => Object.assign({ list_valid: 1, list_word: 1 }, chunkAndList)),
  ...then.map((inputs) => Object.assign({}, chunkAndList, inputs)),
];

const begins: Inputs = { run: 1, work_fresh: 1, next_first: 1 };

/** [what an assertion says] */
const violations: Readonly<Record<string, Violation>> = {
  "memory_1r1w: read beyond its end": {
    parameters: { DEPTH: 96 },
    cycles: [{ write: 1 }, { read: 1, read_address: 96 }],
  },
  "memory_1r1w: written beyond its end": {
    parameters: { DEPTH: 96 },
    cycles: [{ write: 1, write_address: 96 }],
  },
  "job_choice: a job ends that no MAC serves": { cycles: [{ ends: 1 }] },
  "job_choice: a trace that is served is ready": { cycles: times(2, () => ({ ready: 1 })) },
  "job_choice: a MAC serves two traces": {
    fault: ["&& behind[t] == '0;", ";"],
    cycles: [{ ready: 3 }, {}],
  },
  "job_choice: a trace has two MACs": {
    fault: [": free[0] ? second : first", ": first"],
    cycles: [{ ready: 1 }, {}],
  },
  "job_choice: asked for what is not offered": { cycles: [{ left_asks: 1 }] },
  "job_choice: a neighbour's job ends that is not served here": { cycles: [{ right_ends: 1 }] },
  "list_reader: a header does not come in time": {
    constant: { headers: 1 },
    cycles: times(8, () => ({ lists_in: 1, active_full: 1 })),
  },
  "list_reader: a bitmap does not come in time": {
    constant: { headers: 1 },
    cycles: times(14, (cycle) => ({
      lists_in: 1,
      active_full: 1,
      list_valid: cycle === 2 ? 1 : 0,
      list_mask: 1,
      list_length: 2,
    })),
  },
  "trace: served though it is not ready": { cycles: [{ run: 1 }] },
  "trace: left before its job ends": { cycles: traceAtWork([{ run: 1 }, {}]) },
  "trace: a ninth couple in the last set": {
    cycles: traceAtWork(times(18, () => ({ run: 1, work_set: 7 }))),
  },
  "trace: a layout changes while it is in use": {
    cycles: traceAtWork([]).map((inputs, cycle) =>
      Object.assign({}, inputs, { column_step: 1 + (cycle % 2) }),
    ),
  },
  "trace_pace: a set freed that is free": { cycles: [{ set_freed: 1 }] },
  "trace_pace: work out of turn": {
    constant: { sets: 8 },
    cycles: [Object.assign({ work_index: 3 }, begins)],
  },
  "trace_pace: a chunk becomes active before its list has come": {
    fault: ["!activating && next != lists_in &&", "!activating &&"],
    cycles: [{ chunk_full: 1 }],
  },
  "trace_pace: sums begin without a set": {
    constant: { sets: 1 },
    cycles: [begins, Object.assign({ work_index: 1 }, begins)],
  },
  "trace_pace: work begins in a trace that is held": { constant: { sets: 8 }, cycles: [{ hold: 1 }, begins] },
  "trace_pace: served while its chunk comes": {
    cycles: [{ lists_in: 1, chunk_full: 1 }, { run: 1 }],
  },
  "chunk_writer: no such trace": { cycles: [{ word_valid: 1, word_trace: 3 }] },
  "chunk_writer: a chunk comes where one waits": {
    cycles: times(2, () => ({ word_valid: 1, word_first: 1 })),
  },
  "chunk_writer: a chunk of more words than a place has": {
    cycles: times(33, (cycle) => ({ word_valid: 1, word_first: cycle === 0 ? 1 : 0 })),
  },
  "chunk_writer: more than six couples of row words": {
    cycles: [{ word_valid: 1, word_first: 1, chunk_comes: 1 }, { activate: 1 }, ...times(8, () => ({}))],
  },
  "column_room: a chunk is asked for that has no place": {
    parameters: { ROWS: 1 },
    constant: { has_lists: 1 },
    cycles: times(6, () => ({ chunk_ask: 1 })),
  },
  "column_room: an episode ends whose chunk was not asked for": {
    parameters: { ROWS: 1 },
    constant: { has_lists: 1 },
    cycles: [
      { list_comes: 1, comes_ends: 1 },
      { done: 1, done_lists: 1 },
    ],
  },
  "column_room: more than eight lists ahead": {
    parameters: { ROWS: 1 },
    constant: { has_lists: 1 },
    cycles: times(11, () => ({ list_comes: 1 })),
  },
  "column_room: has_lists changes not under reset": {
    parameters: { ROWS: 1 },
    cycles: [{ has_lists: 1 }],
  },
  "list_request: shares change not under reset": { cycles: [{ shares_log: 1 }] },
  "list_request: a list longer than its part of the memory": {
    constant: { shares_log: 2 },
    cycles: [{ there: 1, words: 17 }],
  },
  "list_request: a list goes that was not asked for": {
    // two of them fill the list memory
    cycles: times(5, (cycle) => ({ there: cycle < 4 ? 1 : 0, words: 31 })),
  },
  "list_request: done with a list that was not asked for": { cycles: [{ list_done: 1 }] },
  "chunk_request: chunks go that were not asked for": { cycles: [{ there: 1 }, {}] },
  "pe_switch: a word is cleared while a sum is written": { cycles: [{ back_write: 1, drain_clear: 1 }] },
  "drain_tap: two ways ask one trace": { cycles: [{ read: 3 }] },
  "drain_tap: all is cleared not under reset": { cycles: [{ clear_all: 1 }] },
  "drain_lane: no such level": { constant: { levels: 5 }, cycles: [{}] },
  "drain_lane: levels change not under reset": { cycles: [{ levels: 1 }] },
  "drain_lane: a read begins before the sums before it are sent": {
    constant: { is_last: 1 },
    cycles: [{ start: 1, start_mask: 3 }, {}, {}, { start: 1, start_mask: 3 }, {}],
  },
  "drain_lane: a read begins before the one before it has": {
    cycles: times(2, () => ({ start: 1, start_mask: 3 })),
  },
  "drain_lane: no sum is wanted": { cycles: [{ start: 1 }] },
  "drain_lane: sums are added before all has been sent": {
    constant: { is_last: 1 },
    cycles: [{ start: 1, start_mask: 3, start_adds: 1 }, { send: 1 }, {}],
  },
  "drain_lane: sent while the last is being sent": {
    constant: { is_last: 1 },
    cycles: [{ start: 1, start_mask: 15 }, {}, {}, {}, {}, { send: 1 }, { send: 1 }, {}],
  },
  "processing_element: no such sizes": { parameters: { CHUNKS: 5 }, cycles: [{}] },
  "processing_element: changes not under reset": { constant: { sets: 1 }, cycles: [{ sets: 2 }] },
  "processing_element: sums are read of a trace that is not at rest": {
    constant: { sets: 1 },
    cycles: times(60, (cycle) => ({
      turn: 1 << (cycle % 3),
      lane_read: 1,
      lists_in: cycle > 2 ? 1 : 0,
      list_length: 2,
      pass_lanes: 1,
      lane_bits: 1,
      list_valid: cycle < 2 ? 1 : 0,
      list_word: 1,
      chunk_valid: cycle === 0 ? 1 : 0,
      chunk_first: 1,
      chunk_word: 2 ** 63 + 2 ** 20,
      chunk_comes: cycle === 0 ? 1 : 0,
    })),
  },
  "processing_element: a list comes for which its memory has no room": {
    constant: { sets: 1 },
    cycles: times(66, () => ({ list_valid: 1 })),
  },
  "processing_element: no such sequence of lists": { cycles: [{ list_valid: 1, list_share: 1 }] },
  "column: no such set of sums": { constant: { sets: 1 }, cycles: [{ list_comes: 1, comes_set: 1 }] },
  "column: more than eight lists ahead of a trace": {
    parameters: { ROWS: 2 },
    constant: { sets: 1 },
    cycles: times(9, () => ({ list_comes: 1 })),
  },
  "drain_control: changes not under reset": { cycles: [{ sets: 1 }] },
  "drain_control: a mask that was not asked for": {
    constant: { channel_slices: 1, sets: 1 },
    cycles: [{ mask_valid: 1 }],
  },
  "drain_control: no such slice has finished sums": {
    constant: { channel_slices: 1, sets: 1 },
    cycles: [{ finished: 2 }],
  },
  "finished_sums: slices change not under reset": { parameters: { ROWS: 1 }, cycles: [{ used: 1 }] },
  "finished_sums: sums are taken that a trace has not finished": {
    parameters: { ROWS: 1 },
    constant: { channel_slices: 1, used: 1 },
    cycles: [{ taken: 1 }],
  },
  "finished_sums: more finished sums than sets": {
    parameters: { ROWS: 1 },
    constant: { channel_slices: 1, used: 1 },
    // a list is passed in each cycle, and none is taken
    cycles: times(14, (cycle) => ({ list_comes: 1, comes_last: 1, next: Math.max(0, cycle - 2) })),
  },
  "column_array: no such teams": {
    parameters: { COLUMNS: 2, ROWS: 1 },
    constant: { sets: 1, levels: 2 },
    cycles: [{}],
  },
  "column_array: masks or sending of a column not its team's last": {
    parameters: { COLUMNS: 2, ROWS: 1 },
    constant: { sets: 1, levels: 1 },
    cycles: [{ send_ready: 1 }],
  },
  "list_writer: a bitmap is gone before it is taken": {
    // what Icarus 11 does not understand, and this rule does not need
    fault: ["both[p+:VALUES] &", "64'd0 &"],
    constant: { headers: 1 },
    cycles: [{ bitmap_valid: 1, bitmap: 5 }, {}],
  },
  "list_writer: headers change not under reset": {
    fault: ["both[p+:VALUES] &", "64'd0 &"],
    cycles: [{}, { headers: 1 }],
  },
};

/** What a simulation of a module says that gets these inputs. */
function saidOf(module: string, { parameters = {}, constant = {}, fault, cycles }: Violation): string {
  const { files } = moduleSource(module, parameters);
  const texts: Record<string, string> = Object.assign({}, files);
  const own = `${module}.sv`;
  if (fault) {
    expect(texts[own].split(fault[0]), fault[0]).toHaveLength(2);
    texts[own] = texts[own].replace(...fault);
  }
  const folder = mkdtempSync(join(tmpdir(), "swg-assertion-"));
  try {
    const text = [...Object.values(texts), benchOf(module, texts[own], parameters, constant, cycles)].join(
      "\n",
    );
    // as the README of a written design has it
    writeFileSync(join(folder, "all.sv"), text.replaceAll("always_comb", "always @*"));
    const line = "iverilog -g2012 -DASSERTIONS -s bench -o bench.vvp all.sv && vvp bench.vvp";
    const { stdout, stderr } = spawnSync("bash", ["-c", line], {
      cwd: folder,
      encoding: "utf8",
      timeout: 60_000,
    });
    return `${stdout}${stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function benchOf(
  module: string,
  text: string,
  parameters: Inputs,
  constant: Inputs,
  cycles: readonly Inputs[],
): string {
  const inputs = modulePorts(text, parameters).filter(
    ({ direction, name }) => direction === "in" && name !== "clock",
  );
  const cycle = (given: Inputs) =>
    `${inputs.map(({ name, width }) => `    ${name} = ${width}'h${BigInt(given[name] ?? 0).toString(16)};`).join("\n")}
    #1 clock = 1;
    #1 clock = 0;`;
  const under = Object.assign({ reset: 1 }, constant);
  const set = Object.entries(parameters).map(([name, value]) => `.${name}(${value})`);
  return `module bench;
  logic clock = 0;
${inputs.map(({ name, width }) => `  logic [${width - 1}:0] ${name};`).join("\n")}
  ${module} #(${set.join(", ")}) dut (.clock, ${inputs.map(({ name }) => `.${name}`).join(", ")});
  initial begin
    #1;
${[under, under, constant, ...cycles.map((given) => Object.assign({}, constant, given))].map(cycle).join("\n")}
    $display("no assertion fired");
  end
endmodule
`;
}

const icarus = nativeTool("iverilog") !== undefined;

describe("does each assertion of the SystemVerilog fire when its rule is broken?", () => {
  it("all of them are below", () => {
    const said = blockFiles.flatMap((file) =>
      Array.from(designText(file).matchAll(/\$fatal\(1, "([^"]+)"\)/g), ([, message]) => message),
    );
    expect(said.sort()).toEqual(Object.keys(violations).sort());
  });

  for (const [message, violation] of Object.entries(violations))
    it(message, ({ skip }) => {
      skip(!icarus, "iverilog is not installed");
      expect(saidOf(message.split(":")[0], violation)).toContain(message);
    });
});
