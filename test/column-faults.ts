/** A fault of a column: what is wrong, text of its SystemVerilog that one file has once, and what is put in its place. */
export interface ColumnFault {
  readonly kind: string;
  readonly right: string;
  readonly wrong: string;
}

const fault = (kind: string, right: string, wrong: string): ColumnFault => ({ kind, right, wrong });

/**
 * Kinds of faults that reviewers put in and that once got through, and some of the ways out. A column has no ready/valid ports: a word
 * lost while what takes it waits is what it has of that kind.
 */
export const columnFaults: readonly ColumnFault[] = [
  fault("wrong helper of the last PE", "(r + 1) % ROWS", "(r + 1 < ROWS ? r + 1 : ROWS / 2)"),
  fault("bits lost below a sum are forgotten", "(lost || far) && !zero_little", "far && !zero_little"),
  fault("ranks beyond the middle of a chunk", "value_at = word[KEPT-1:20]", "value_at = word[KEPT-2:20]"),
  fault("ranks beyond the middle of a row word", "below[18:14]})", "{1'b0, below[17:14]}})"),
  fault(
    "a counter that wraps after 128 chunks",
    "write_place <= reset ? '0 : after(write_place);",
    "write_place <= reset ? '0 : &chunk_number ? write_place : after(write_place);\n" +
      "      chunk_number <= reset ? '0 : chunk_number + 7'd1;",
  ),
  fault(
    "order of sums: the ninth couple",
    "couple[3] ? {3'b111, work_set}",
    "couple[3] ? {3'b110, work_set}",
  ),
  fault(
    "a word of values dropped while its tile waits",
    "value_due = active && !value_full",
    "value_due = active",
  ),
  fault(
    "order of drain: couples from the last one on",
    "lowest = left & ~rest",
    "lowest = left ^ (left & (left >> 1))",
  ),
  fault("sums of a second trace take the place of the first's", "(!is_last || here[3])", "!is_last"),
  fault("a couple that was read is not cleared", "clear = was_read |", "clear ="),
  fault("gradients are cut off in place of rounded", "16'(up)", "16'd0"),
  fault("words behind the sixteenth of a list", "head + 6'(ahead)", "head + 6'(ahead[3:0])"),
  fault(
    "a bitmap's last bit",
    "bits |= bitmap[i*8+:8] &",
    "bits |= {i < 7 && bitmap[i*8+7], bitmap[i*8+:7]} &",
  ),
  fault(
    "the last value of a full word",
    "for (int i = 0; i < 19; i++) below[i]",
    "for (int i = 0; i < 18; i++) below[i]",
  ),
  fault("a subnormal product", "zero || exponent < 10'd128", "zero || exponent < 10'd126"),
  fault(
    "a subnormal operand",
    "zero = a[14:7] == '0 || b[14:7] == '0",
    "zero = a[14:0] == '0 || b[14:0] == '0",
  ),
  fault("a subnormal sum", "zero_low = zero || !u_carry[E-1]", "zero_low = zero"),
  fault("infinity", "exponent >= 10'd382", "exponent >= 10'd383"),
];

/** Drawn layers that find all of these in little time: how many PEs, and seeds. One is of more than 128 episodes, which takes long. */
export const quickLayers = [
  { rows: 2, seeds: [33, 62, 199] },
  { rows: 1, seeds: [586, 5] },
] as const;

/** A design with a fault in it. [file] text. */
export function withFault(
  files: ReadonlyMap<string, string>,
  { right, wrong, kind }: ColumnFault,
): Map<string, string> {
  const having = [...files].filter(([, text]) => text.includes(right));
  if (having.length !== 1 || having[0][1].split(right).length !== 2)
    throw new Error(`${kind}: one file must have this once: ${right}`);
  const [[file, text]] = having;
  const counter = wrong.includes("chunk_number") ? "  logic [6:0]      chunk_number;\n" : "";
  return new Map([
    ...files,
    [file, text.replace(right, wrong).replace("  logic [1:0]      write_place;\n", (line) => line + counter)],
  ]);
}
