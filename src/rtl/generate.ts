import type { SwgParameters } from "../hardware/parameters.ts";
import { type DesignParameters, designFiles, designParameters, designText } from "./design.ts";
import { fileBench } from "./file-bench.ts";
import {
  type DeclaredParameter,
  type DeclaredPort,
  moduleHeader,
  modulePorts,
  parameterValues,
} from "./module-ports.ts";

/**
 * The machine in SystemVerilog for a set of parameters: design files, their list in order, a bench that checks itself, and
 * a README. [path] text. Throws `InputError` for parameters that the hardware does not have.
 */
export function generateDesign(p: SwgParameters): Map<string, string> {
  const parameters = designParameters(p);
  const names = designFiles.map((file) => file.split("/")[1]);
  const files = new Map<string, string>(designFiles.map((file, i) => [names[i], designText(file)]));
  const top = withDefaults(files.get("swg.sv")!, parameters);
  files.set("swg.sv", top);
  const modules = names.map((file) => [file.replace(".sv", ""), files.get(file)!] as const);
  files.set("files.f", `${names.join("\n")}\n`);
  for (const [path, text] of fileBench(p)) files.set(`bench/${path}`, text);
  files.set("README.md", readme(top, moduleTable(modules), parameters));
  return files;
}

/** The top module with other defaults for its parameters. */
function withDefaults(top: string, parameters: Readonly<Record<string, number>>): string {
  return Object.entries(parameters).reduce(
    (text, [name, value]) => text.replace(new RegExp(`(parameter int ${name} =) \\d+`), `$1 ${value}`),
    top,
  );
}

/** A Markdown table for each group of rows, under the group's name. */
function tables<T extends { readonly group: string }>(
  rows: readonly T[],
  columns: Readonly<Record<string, (row: T) => string | number>>,
): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  const names = Object.keys(columns);
  const groups = [...new Set(rows.map(({ group }) => group))].map((group) => [
    `### ${group[0].toUpperCase()}${group.slice(1)}`,
    "",
    line(names),
    line(names.map(() => "---")),
    ...rows
      .filter((row) => row.group === group)
      .map((row) => line(Object.values(columns).map((cell) => cell(row)))),
  ]);
  return groups.map((lines) => lines.join("\n")).join("\n\n");
}

const isFormula = ({ formula }: DeclaredParameter): boolean => !/^\d+$/.test(formula);

/** [highest:0] as a number of bits */
const widthText = ({ highest }: DeclaredPort): string =>
  highest === "0" ? "1" : highest.endsWith("-1") ? highest.slice(0, -2) : `${highest}+1`;

/** What the words on the ports mean, and how data lie. */
const hostNotes = `- A *team* is some neighbouring columns that share their k's and split the positions. The PEs of a column that have a
  *channel slice* hold the same channels, of other positions; their sums are added up as they are drained.
- An *episode* is one chunk of positions in each PE. A *round* is some k's of a column in an episode. A *trace vector* is one
  (k of the round, channel of the PE, tap): number (k x channels + channel) x taps + tap, with taps counted row by row, and as
  many channels in each PE; where one has fewer, the rest are not wanted. It has a bit for each position of the chunk, and a
  sum in the accumulators. An order and what is drained are of one k: there k counts as 0.
- Positions lie row by row in a trace vector. After each row but the last are floor((S - 1) x dilation / stride) columns of
  zeros, and after the rows of an image in the chunk, if another follows, floor((R - 1) x dilation / stride) such rows; R are
  the kernel rows of one pass.
- An fmap chunk lies so that a tap is a shift of it. Each channel begins at a byte. In it there is a plane for each remainder of
  (r x dilation) modulo the stride and, in that, of (s x dilation), in the order in which they come up; a plane has the rows and
  columns of the trace vector with those zeros filled by pixels, and the largest chunk of the layer decides its size. The window of
  tap (r, s) begins at row floor(r x dilation / stride) and column floor(s x dilation / stride) of its plane. Values follow in
  the order of their bits.
- A team's accumulators are a *ring*. A k has channels x taps sums in each PE; as many k's fit as ACCUMULATORS holds whole, and
  \`ring_sums\` is the sums of all these. K number n, counted over the whole layer, has its sums from (n modulo the k's that
  fit) x the sums of a k on.
- A k may come in several rounds of a column, one for each chunk of positions. It is done in a column with the last of these, and
  in a team when it is in all of its columns.

## What it leaves to what is around it

- The global buffer and DRAM; the order of everything, which the host decides before the layer begins.
- The trace vectors: what stores an emap as bitmap and values has to spread its rows, count the ones before each word
  (\`emap_bases\`), and cut fmap chunks.
- Rounding: gradients leave as sums of 32 bits.
- Back-pressure on gradients: \`drain_ready\` may be withheld in any cycle, but what takes a handshake must take its sums when
  they come, ROWS + 6 + (the team's last column) cycles later. In the cycle model, columns go on reading the sums of a k while a
  narrow port is held back; a chip would need a FIFO for that.
- Counters that do not wrap: 2^COUNTER_BITS - 1 stands for never, and a layer's k's, and its episodes plus SLACK, must be less.
- Vectors of many bits: \`emap_bits\` has most. SystemVerilog obliges tools to no more than 65,536 bits; Verilator, Icarus, Yosys
  and most others take more.`;

/** How to run the bench, from the folder of the design. */
const benchCommands = {
  verilator:
    "verilator --binary -j 0 --top-module array_bench -Wno-fatal --unroll-count 4096 -f files.f bench/array_bench.sv && " +
    "obj_dir/Varray_bench",
  icarus:
    "sed 's/always_comb/always @*/; s/^ *$error(/initial $fatal(1, /' $(cat files.f) > bench/icarus.sv && " +
    "iverilog -g2012 -s array_bench -o bench/icarus.vvp bench/icarus.sv bench/array_bench.sv && vvp bench/icarus.vvp",
};

/** The comment that a file begins with, without its slashes. */
function openingComment(text: string): string {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("//"));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ""))
    .join("\n");
}

/** A Markdown table of the modules, the top first, each with the first sentence of its comment. */
function moduleTable(texts: readonly (readonly [name: string, text: string])[]): string {
  const rows = texts.map(([name, text]) => {
    const [about] = openingComment(text)
      .replaceAll("\n", " ")
      .match(/^.*?\S\.(?= |$)/)!;
    return `| ${name} | ${about.slice(0, -1)} |`;
  });
  return ["| module | what it is |", "| --- | --- |", ...rows.reverse()].join("\n");
}

function readme(top: string, modules: string, parameters: DesignParameters): string {
  const header = moduleHeader(top);
  const values = parameterValues(header);
  const widths = new Map(modulePorts(top).map(({ name, width }) => [name, width]));
  const parameterTables = tables(header.parameters, {
    parameter: ({ name }) => name,
    here: ({ name }) => values.get(name)!,
    "what it is": (parameter) =>
      isFormula(parameter) ? `${parameter.about}: \`${parameter.formula}\`` : parameter.about,
  });
  const portTables = tables(header.ports, {
    port: ({ name }) => name,
    direction: ({ direction }) => direction,
    bits: (port) => `\`${widthText(port)}\``,
    here: ({ name }) => widths.get(name) ?? 1,
    "what it is": ({ about }) => about,
  });
  return `# SWG in SystemVerilog

${openingComment(top)}

\`files.f\` lists the design files in order; \`swg\` is the top. All of it is synthesizable. \`bench/\` runs small layers, one
after another, whose every output the cycle model has said before; among them are, where some were found, layers with k's that
nothing is wanted of, with columns that have nothing to do, and with rounds that wait until sums have left. It is a first look:
\`swg rtl --check\` compares as many cycles as one likes. In Verilator (minutes for a large array):

    ${benchCommands.verilator}

In Icarus Verilog:

    ${benchCommands.icarus}

It prints \`PASS\` with the cycles and the words of the outputs that it compared, or ends with an error at the first difference.
Run it from this folder. Icarus Verilog 11.0 does not know checks when a design is elaborated, and its \`always_comb\` need
not come to rest at time 0 (its issue 508), so \`sed\` gives it both in older words. There values may be unknown (X), and none
of those may reach an output that is compared.

## Modules

Each in a file of its name, whose first lines say more: what it promises, and its latency.

${modules}

## What a host must know

${hostNotes}

## Parameters

Made for COLUMNS = ${parameters.COLUMNS} and ROWS = ${parameters.ROWS}. All but the last group can be set on the top module,
within what it checks when it is elaborated; a mapping made for others does not run.

${parameterTables}

## Ports

A port of many columns or PEs has column 0 lowest, in it PE 0; a PE's fields follow each other in the same way.

${portTables}
`;
}
