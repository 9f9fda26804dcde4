import type { DeclaredPort } from "./module-header.ts";

interface Written {
  readonly top: string;
  readonly files: Readonly<Record<string, string>>;
  readonly ports: readonly DeclaredPort[];
  readonly parameters: Readonly<Record<string, number>>;
  /** layers of the bench */
  readonly names: readonly string[];
  readonly cycles: number;
}

/**
 * Command lines of the bench, from the folder of the design. Icarus 11 never comes to rest in an `always_comb` that reads a part of
 * what it wrote.
 */
const benchCommands = (top: string) => ({
  verilator: `verilator --binary --assert +define+ASSERTIONS -Wno-fatal --trace --x-initial unique --unroll-count 4096 --top-module ${top}_bench --Mdir build -f files.f bench/${top}_bench.sv && build/V${top}_bench +verilator+rand+reset+2`,
  icarus: `mkdir -p build && sed 's/always_comb/always @*/' $(cat files.f) bench/${top}_bench.sv > build/icarus.sv && iverilog -g2012 -DASSERTIONS -s ${top}_bench -o build/bench.vvp build/icarus.sv && vvp build/bench.vvp`,
});

/** The README of a written design. */
export function readmeText({ top, files, ports, parameters, names, cycles }: Written): string {
  const commands = benchCommands(top);
  const set = Object.entries(parameters).map(([name, value]) => `${name} = ${value}`);
  const modules = Object.entries(files).reverse();
  return `# \`${top}\`, of the machine SWG

${openingComment(files[`${top}.sv`])}

Parameters here: ${set.join(", ")}. Values are bf16, sums are fp32. \`files.f\` lists the sources in order,
\`${top}.sdc\` has the clock. Memories are instances of \`memory_1r1w\`, to be replaced by macros.

## The bench

It gives recorded inputs to the column, ${cycles} cycles, and compares outputs in each with the cycle model's. Layers:
${names.join(", ")}.
Chunks, lists and masks come at drawn times, and of a layer of a trace only a part: what its first column does in three episodes of each of two residencies at most. So
these cycles do not say how long a layer takes.

Assertions of the sources are on; one that fails ends the run. In Verilator 5:

    ${commands.verilator}

In Icarus Verilog 11, in which some blocks of \`always_comb\` never come to rest, so that they are replaced:

    ${commands.icarus}

It prints \`PASS\` at the end, or \`FAIL\` at the first difference and ends with an error. \`+wave\` at the end of either line
writes \`wave.vcd\`, of all signals. Verilator takes a minute or two to compile eight PEs; Icarus runs at once, for some minutes where there are eight PEs and ten drawn layers.

## Synthesis

\`swg rtl --synth\` gives the area by module, memories by macro and the longest way; with \`--liberty FILE\` in um2, and in ns where
OpenSTA's \`sta\` is installed. It uses Yosys 0.55, of the npm package \`@yowasp/yosys\`. Yosys 0.23, which Debian 12 has, is too old for these
sources: it knows no ports of several packed dimensions.

Registers with the attribute \`(* latch *)\` are written as flip-flops, and simulate as such. Areas and energies of the package's reports count them as latches (D57 of its
\`DEVIATIONS.md\`): nobody reads them in the cycle in which they are written. A flow that does not know the attribute makes flip-flops of them, which are larger. Reset is
synchronous and active high; clocks are gated by enables, which synthesis finds. \`ASSERTIONS\` is not to be defined there.

## What is not in it

This is a column, not the machine. Three things stand around it:

- In the package's sources there is \`column_array\`: columns, the links between those of a team, which sums leave (\`team_drain\`), and what asks for chunks and lists. Its tests
  hold it to the cycle model in every cycle of a layer; it is not in this folder.
- Blocks by themselves, which nothing joins: what writes lists with headers and bitmaps (\`list_writer\`), and what spreads bitmaps.
- Not written: the global buffer with its ports, the prefetch from DRAM, the write queue. They are the cycle model's alone, so the cycles of hardware are the array's, and no
  cycle from DRAM to DRAM was simulated in SystemVerilog.

No port of a column waits. Who uses it clears all sums under reset (\`clear_all\`), has room in its list memories for what comes, and keeps the rules that the sources' headers
have; assertions end a simulation that breaks one of them. Gradients leave as bf16.

## Modules

| module | what it is |
| --- | --- |
${modules.map(([file, text]) => `| \`${file.slice(0, -".sv".length)}\` | ${firstSentence(text)} |`).join("\n")}

## Ports

In a port of several dimensions the first PE and the first trace lie lowest.
${portTables(ports)}`;
}

/** The comment that a file begins with, without its slashes. */
function openingComment(text: string): string {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => !line.startsWith("//"));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ""))
    .join("\n");
}

const firstSentence = (text: string): string =>
  openingComment(text).replaceAll("\n", " ").split(". ")[0].replace(/\.$/, "").replaceAll("|", "\\|");

function portTables(ports: readonly DeclaredPort[]): string {
  return [...new Set(ports.map(({ group }) => group))]
    .map((group) => {
      const rows = ports
        .filter((port) => port.group === group)
        .map(({ name, direction, dimensions, width, about }) => {
          const declared = dimensions.map((highest) => `[${highest}:0]`).join("");
          return `| \`${name}\` | ${direction} | ${width} | ${declared && `\`${declared}\``} | ${about} |`;
        });
      const heading = group === "" ? "" : `\n${group[0].toUpperCase()}${group.slice(1)}:\n`;
      return `${heading}\n| port | direction | bits | declared | what it is |\n| --- | --- | --- | --- | --- |\n${rows.join("\n")}\n`;
    })
    .join("");
}
