/** A fault of a column: what is wrong, an expression of its SystemVerilog behind text that one file has once, and what is put in its place. */
export interface ColumnFault {
  readonly kind: string;
  readonly before: string;
  readonly right: string;
  readonly wrong: string;
  /** what it needs beside that, and changes nothing: texts, and what takes their place */
  readonly needs?: readonly (readonly [string, string])[];
}

/** A fault that the written bench finds in little time, in a column of two PEs of three traces. */
export interface SeenFault extends ColumnFault {
  /** the seed of a drawn layer that shows it */
  readonly seed: number;
}

const fault = (kind: string, before: string, right: string, wrong: string): ColumnFault => ({
  kind,
  before,
  right,
  wrong,
});

const seen = (seed: number, kind: string, before: string, right: string, wrong: string): SeenFault => ({
  kind,
  before,
  right,
  wrong,
  seed,
});

/**
 * Kinds of faults that reviewers put in and that once got through, and some of the ways out. A column has no ready/valid ports: a word
 * lost while what takes it waits is what it has of that kind.
 */
export const columnFaults: readonly SeenFault[] = [
  seen(235, "wrong helper of the last PE", ".right_offer(", "offer[R]", "offer[r + 1 < ROWS ? R : ROWS / 2]"),
  seen(
    33,
    "bits lost below a sum are forgotten",
    "sticky = ",
    "(lost || far) && !zero_little",
    "far && !zero_little",
  ),
  seen(199, "ranks beyond the middle of a chunk", "value_at = ", "word[KEPT-1:20]", "word[KEPT-2:20]"),
  seen(
    6,
    "ranks beyond the middle of a row word",
    "5'(ones7(",
    "{2'b0, below[18:14]}",
    "{3'b0, below[17:14]}",
  ),
  {
    kind: "a counter that wraps after 128 chunks",
    seed: 5,
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
  seen(33, "order of sums: the ninth couple", "(couple[3] ? ", "{3'b111, work_set}", "{3'b110, work_set}"),
  seen(
    199,
    "a word of values dropped while its tile waits",
    "value_due = ",
    "active && !value_full",
    "active",
  ),
  seen(
    33,
    "order of drain: couples from the last one on",
    "lowest = ",
    "left & ~rest",
    "left ^ (left & (left >> 1))",
  ),
  seen(
    33,
    "sums of a second trace take the place of the first's",
    "adds_two = is_here && ",
    "(!is_last || here[3])",
    "!is_last",
  ),
  seen(
    199,
    "a couple that was read is not cleared",
    "clear = ",
    "was_read | {TRACES{clear_all}}",
    "{TRACES{clear_all}}",
  ),
  seen(33, "gradients are cut off in place of rounded", "sum[31:16] + ", "16'(up)", "16'd0"),
  seen(62, "words behind the sixteenth of a list", "head + ", "LIST_BITS'(ahead)", "LIST_BITS'(ahead[3:0])"),
  seen(62, "a bitmap's last bit", "bits |= ", "bitmap[i*8+:8]", "{i < 7 && bitmap[i*8+7], bitmap[i*8+:7]}"),
  seen(6, "the last value of a full word", "below[i] = ", "word[i]", "i < 18 && word[i]"),
  seen(3, "a subnormal product", "zero || ", "exponent < 10'd128", "exponent < 10'd126"),
  seen(
    3,
    "a subnormal operand",
    "assign zero = ",
    "a[14:7] == '0 || b[14:7] == '0",
    "a[14:0] == '0 || b[14:0] == '0",
  ),
  seen(6, "a subnormal sum", "zero_low = ", "zero || !u_carry[E-1]", "zero"),
  seen(199, "infinity", "!zero && ", "exponent >= 10'd382", "exponent >= 10'd383"),
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
  fault(
    "a slice has its turn again",
    "turn <= ",
    "pick == SLICE_BITS'(SLICES - 1) ? '0 : pick + SLICE_BITS'(1)",
    "pick",
  ),
  fault(
    "a trace is let go that is held for its next sums",
    "release_trace = ",
    "current[VALID] && begun && left == 4'd2 && current[WANTED]\n      && !(ahead[VALID] && ahead[WANTED] && ahead[3+:ALL_BITS] == current[3+:ALL_BITS])",
    "current[VALID] && begun && left == 4'd2 && current[WANTED]",
  ),
  fault("sums are taken again while that is not known", "waits = ", "finished & ~taken", "finished"),
  fault("masks are asked for without a place for them", "has_place = ", "!asked[1]", "1'b1"),
  fault("a mask comes to the place of the one before", "mask_place <= ", "!mask_place", "mask_place"),
  fault("a trace is read a cycle too early", "rests = ", "was_idle & was_idle_before", "was_idle"),
  fault("the second step does not wait for all that is sent", "send_ready : ", "sent && !asks", "!asks"),
  fault("the first step does not wait until sums are sent", "now[FIRST] ? ", "!asks || send_ready", "1'b1"),
  fault(
    "a couple less is sent than there is",
    "if (last_ends) full_couples <= ",
    "couples_of",
    "couples_of - 4'd1",
  ),
  fault(
    "the next trace is not held while one is read",
    "take = next[VALID] && ",
    "(!has || ((now_begun || begins) && !has_ahead))",
    "!has",
  ),
  fault(
    "sets that wrap",
    "next_set[pick] <= ",
    "{1'b0, pick_set} + 4'd1 == sets ? '0 : pick_set + 3'd1",
    "pick_set + 3'd1",
  ),
];

/** Of what gathers finished sums in an array, and of what it says to its columns. */
export const arrayFaults: readonly ColumnFault[] = [
  fault(
    "a trace is done with the list that it works on",
    "is_at_work = ",
    "was_run && next[z][0] == was_odd",
    "1'b0",
  ),
  fault("sums end with every list", "ends = ", "is_done && is_last", "is_done"),
  fault("traces without a slice keep their sets", "free[z] = ", "ends && !used[z]", "1'b0"),
  fault("sums that end while others are taken", "if (", "ends && !taken[z] && used[z]", "ends && used[z]"),
  fault(
    "position slices behind the first are not waited for",
    "waits[z] = ",
    "used[z] && is_held && !has[z]",
    "1'b0",
  ),
  fault(
    "other columns' sums are not waited for",
    "all_finished &= ",
    "finished[c-k]",
    "k == 0 ? finished[c] : '1",
  ),
  fault("other columns' MACs are not waited for", "any_run |= ", "run[c-k]", "k == 0 ? run[c] : '0"),
  fault("a column hears itself in place of its team", "said |= ", "says[(c|(2**l-1))%COLUMNS]", "says[c]"),
  fault("a trace is held for a cycle", "is_held <= (", "any_hold || (is_held && !any_release)", "any_hold"),
  fault(
    "sums of which none is wanted keep their sets",
    "set_freed[z] = ",
    "any_free || (used[z] && of_slice[1])",
    "any_free",
  ),
];

/** Of what asks for chunks and lists. */
export const requestFaults: readonly ColumnFault[] = [
  fault("room for a word more than there is", "fits = ", "holds <= all", "holds <= all + 1'b1"),
  fault("lists nine ahead", "fits && ", "!count[3]", "!(count[3] && count[0])"),
  fault("words of lists that are done are not given back", "HELD_BITS'(lengths[", "first", "behind"),
  fault(
    "a number of lists that wraps at eight",
    "reset ? '0 : ",
    "oldest + 4'd1",
    "{1'b0, oldest[2:0] + 3'd1}",
  ),
  fault(
    "a trace of a PE is not waited for",
    "room[r] <= ",
    "lacks[r*TRACES+:TRACES] == '0",
    "!lacks[r*TRACES]",
  ),
  fault("a column is not waited for", "all_room <= ", "room == '1", "(room | COLUMNS'(1)) == '1"),
  fault(
    "chunks are asked for before it is known what those before took",
    "all_room && ",
    "!asked && !asked_before",
    "!asked",
  ),
  fault("episodes end with every list", "HELD_BITS'(done[z] && ", "ends[done_lists[z][2:0]]", "1'b1"),
  fault("a number of episodes that wraps", "ends[behind] <= ", "comes_ends", "comes_ends && behind != '0"),
  fault(
    "a team without more k's stands in the way",
    "is_through || ",
    "(done[z] && final_list[done_lists[z][2:0]])",
    "1'b0",
  ),
  fault("a column without k's stands in the way", "is_through <= reset ? ", "!has_lists", "1'b0"),
];

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
