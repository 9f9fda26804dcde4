/** A fault of a column: what is wrong, an expression of its SystemVerilog behind text that one file has once, and what is put in its place. */
export interface ColumnFault {
  readonly kind: string;
  readonly before: string;
  readonly right: string;
  readonly wrong: string;
  /** what it needs beside that, and changes nothing: texts, and what takes their place */
  readonly needs?: readonly (readonly [string, string])[];
}

const fault = (kind: string, before: string, right: string, wrong: string): ColumnFault => ({
  kind,
  before,
  right,
  wrong,
});

/**
 * Kinds of faults that reviewers put in and that once got through, and some of the ways out. A column has no ready/valid ports: a word
 * lost while what takes it waits is what it has of that kind.
 */
export const columnFaults: readonly ColumnFault[] = [
  fault("wrong helper of the last PE", ".right_offer(", "offer[R]", "offer[r + 1 < ROWS ? R : ROWS / 2]"),
  fault(
    "bits lost below a sum are forgotten",
    "sticky = ",
    "(lost || far) && !zero_little",
    "far && !zero_little",
  ),
  fault("ranks beyond the middle of a chunk", "value_at = ", "word[KEPT-1:20]", "word[KEPT-2:20]"),
  fault("ranks beyond the middle of a row word", "5'(ones7(", "{2'b0, below[18:14]}", "{3'b0, below[17:14]}"),
  {
    kind: "a counter that wraps after 128 chunks",
    before: "write_place <= reset ? '0 : ",
    right: "after(write_place)",
    wrong: "&chunk_number ? write_place : after(write_place)",
    needs: [
      [
        "  logic [PLACE_BITS-1:0]  write_place;\n",
        "  logic [PLACE_BITS-1:0]  write_place;\n  logic [6:0] chunk_number;\n",
      ],
      [
        "      chunks_there <= reset",
        "      chunk_number <= reset ? '0 : chunk_number + 7'd1;\n      chunks_there <= reset",
      ],
    ],
  },
  fault("order of sums: the ninth couple", "(couple[3] ? ", "{3'b111, work_set}", "{3'b110, work_set}"),
  fault("a word of values dropped while its tile waits", "value_due = ", "active && !value_full", "active"),
  fault(
    "order of drain: couples from the last one on",
    "lowest = ",
    "left & ~rest",
    "left ^ (left & (left >> 1))",
  ),
  fault(
    "sums of a second trace take the place of the first's",
    "adds_two = is_here && ",
    "(!is_last || here[3])",
    "!is_last",
  ),
  fault(
    "a couple that was read is not cleared",
    "clear = ",
    "was_read | {TRACES{clear_all}}",
    "{TRACES{clear_all}}",
  ),
  fault("gradients are cut off in place of rounded", "sum[31:16] + ", "16'(up)", "16'd0"),
  fault("words behind the sixteenth of a list", "head + ", "LIST_BITS'(ahead)", "LIST_BITS'(ahead[3:0])"),
  fault("a bitmap's last bit", "bits |= ", "bitmap[i*8+:8]", "{i < 7 && bitmap[i*8+7], bitmap[i*8+:7]}"),
  fault("the last value of a full word", "below[i] = ", "word[i]", "i < 18 && word[i]"),
  fault("a subnormal product", "zero || ", "exponent < 10'd128", "exponent < 10'd126"),
  fault(
    "a subnormal operand",
    "assign zero = ",
    "a[14:7] == '0 || b[14:7] == '0",
    "a[14:0] == '0 || b[14:0] == '0",
  ),
  fault("a subnormal sum", "zero_low = ", "zero || !u_carry[E-1]", "zero"),
  fault("infinity", "!zero && ", "exponent >= 10'd382", "exponent >= 10'd383"),
];

/** Others, of its timing and of its choice of jobs. */
export const timingFaults: readonly ColumnFault[] = [
  fault("windows are looked at while no MAC serves the trace", "chunk_active && ", "(idle || run)", "1'b1"),
  fault("the next list is not read ahead", "!next_full && ", "readable", "!active && readable"),
  fault("sums begin in a set that has not left", "(!next_first || ", "sets_used != sets", "1'b1"),
  fault(
    "two neighbours get what one PE offers",
    "ask_left ? ",
    "{!left_refuses, {TRACES{1'b0}}}",
    "{1'b1, {TRACES{1'b0}}}",
  ),
  // seen by sums alone
  fault(
    "values are read one word beside theirs",
    "row_couple[t]) : ",
    "WORD_BITS'(value_address)",
    "{~value_address[0], value_address[WORD_BITS-1:1]}",
  ),
];

/** Of the control of a way out. */
export const controlFaults: readonly ColumnFault[] = [
  fault("a slice has its turn again", "next_turn = ", "after(pick[2:0])", "pick[2:0]"),
  fault("a trace is read a cycle too early", "rests = ", "was_idle & ~run", "~run"),
  fault("the second step does not wait for all that is sent", "send_ready : ", "sent && !asks", "!asks"),
  fault(
    "the first step does not wait until sums are sent",
    "now[10:6] == '0 ? ",
    "!asks || send_ready",
    "1'b1",
  ),
  fault(
    "a couple less is sent than there is",
    "if (last_ends) full_couples <= ",
    "couples_of",
    "couples_of - 4'd1",
  ),
  fault(
    "the next trace is not held while one is read",
    "take_first = first[13] && ",
    "(!has || ((now_begun || begins) && !has_ahead))",
    "!has",
  ),
  fault(
    "masks of sets that wrap",
    "after_set = ",
    "{1'b0, set} + 4'd1 == sets ? '0 : set + 3'd1",
    "set + 3'd1",
  ),
];

/** Drawn layers that find all of these in little time: how many PEs, and seeds. One is of more than 128 episodes, which takes long. */
export const quickLayers = [
  { rows: 2, seeds: [33, 62, 199] },
  { rows: 1, seeds: [586, 5] },
] as const;

/** A design with a fault in it. [file] text. */
export const withFault = (files: ReadonlyMap<string, string>, fault: ColumnFault): Map<string, string> =>
  edited(files, fault, (text) => text.replace(fault.before + fault.right, fault.before + fault.wrong));

/**
 * A design that has each of these faults where it is switched on. The switch of fault n is the only bit of a memory `fault_n` that nothing writes, beside
 * what it changes: whoever simulates it loads it, in all instances.
 */
export const withSwitches = (
  files: ReadonlyMap<string, string>,
  faults: readonly ColumnFault[],
): Map<string, string> =>
  faults.reduce(
    (design, fault, n) => edited(design, fault, (text) => switched(text, fault, n)),
    new Map(files),
  );

function switched(text: string, { before, right, wrong }: ColumnFault, n: number): string {
  const declared = `  logic fault_${n} [0:0];\n  logic is_fault_${n};\n  assign is_fault_${n} = fault_${n}[0];\n`;
  return text
    .replace(before + right, `${before}(is_fault_${n} ? (${wrong}) : (${right}))`)
    .replace(/^\);\n/m, (end) => end + declared);
}

/** A design whose file with a fault's text is edited. */
function edited(
  files: ReadonlyMap<string, string>,
  { before, right, kind, needs = [] }: ColumnFault,
  edit: (text: string) => string,
): Map<string, string> {
  const place = before + right;
  const having = [...files].filter(([, text]) => text.includes(place));
  if (having.length !== 1 || having[0][1].split(place).length !== 2)
    throw new Error(`${kind}: one file must have this once: ${place}`);
  const [[file, text]] = having;
  const ready = needs.reduce((now, [old, fresh]) => now.replace(old, () => fresh), text);
  return new Map([...files, [file, edit(ready)]]);
}
