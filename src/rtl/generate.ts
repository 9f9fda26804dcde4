import type { SwgParameters } from "../hardware/parameters.ts";
import { designFiles, designParameters, designText } from "./design.ts";
import { fileBench } from "./file-bench.ts";

/** A port or a parameter of a module, as its declaration says. */
interface Declaration {
  readonly name: string;
  readonly about: string;
}

interface DeclaredPort extends Declaration {
  readonly direction: string;
  /** bits, as a formula of the parameters */
  readonly width: string;
}

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
  files.set("files.f", `${names.join("\n")}\n`);
  for (const [path, text] of fileBench(p)) files.set(`bench/${path}`, text);
  files.set("README.md", readme(top, parameters));
  return files;
}

/** The top module with other defaults for its parameters. */
function withDefaults(top: string, parameters: Readonly<Record<string, number>>): string {
  return Object.entries(parameters).reduce(
    (text, [name, value]) => text.replace(new RegExp(`(parameter int ${name} =) \\d+`), `$1 ${value}`),
    top,
  );
}

/** Declarations of a module's header that match, each with the comment above it, or above those before it. */
function* declarations(
  header: string,
  pattern: RegExp,
): Generator<{ match: RegExpMatchArray; about: string }> {
  let about = "";
  let fresh = false;
  for (const line of header.split("\n")) {
    const comment = line.match(/^\s+\/\/ (.*)/);
    if (comment) {
      about = fresh ? `${about} ${comment[1]}` : comment[1];
      fresh = true;
      continue;
    }
    fresh = false;
    const match = line.match(pattern);
    if (match) yield { match, about };
  }
}

function portsOf(module: string): DeclaredPort[] {
  const ports = [...declarations(module, /^\s+(input|output)\s+logic\s+(?:\[(.+?):0\])?\s*(\w+),?$/)];
  return ports.map(({ match: [, direction, highest = "1-1", name], about }) => ({
    direction,
    width: highest.endsWith("-1") ? highest.slice(0, -2) : `${highest}+1`,
    name,
    about,
  }));
}

function readme(top: string, parameters: Readonly<Record<string, number>>): string {
  const contract = top
    .slice(0, top.indexOf("module swg"))
    .split("\n")
    .map((line) => line.replace(/^\/\/ ?/, ""))
    .join("\n");
  const list = [...declarations(top, /^\s+parameter int (\w+) = (\d+),/)].map(
    ({ match: [, name, value], about }) => `| ${name} | ${value} | ${about === "derived" ? "" : about} |`,
  );
  const ports = portsOf(top).map(
    ({ name, direction, width, about }) => `| ${name} | ${direction} | ${width} | ${about} |`,
  );
  return `# SWG in SystemVerilog

${contract.trim()}

\`files.f\` lists the design files in order; \`swg\` is the top. All of it is synthesizable. \`bench/\` runs a small layer,
drawn at random, whose every output the cycle model has said before:

    iverilog -g2012 -o bench.vvp -f files.f bench/array_bench.sv && vvp bench.vvp
    verilator --binary --top-module array_bench -Wno-fatal -f files.f bench/array_bench.sv && obj_dir/Varray_bench

Both print the cycles compared and \`PASS\`, and end with an error at the first difference.

## Parameters

Made for ${parameters.COLUMNS} columns of ${parameters.ROWS} PEs. Any of these can be set on the top module; a mapping made for
others does not run.

| parameter | here | what it is |
|---|---|---|
${list.join("\n")}

## Ports

A port of many columns or PEs has column 0 lowest, in it PE 0; a PE's fields follow each other in the same way.

| port | direction | bits | what it is |
|---|---|---|---|
${ports.join("\n")}
`;
}
