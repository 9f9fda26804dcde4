import type { SwgParameters } from "../../hardware/parameters.ts";
import { InputError } from "../../input-error.ts";
import type { Random } from "../../random.ts";
import { ColumnBench } from "../benches/column-bench.ts";
import type { ColumnWork } from "../benches/column-work.ts";
import { columnParameters } from "../design-parameters.ts";
import { moduleSource } from "../toggles/block-source.ts";
import { benchText } from "./bench-text.ts";
import { type DeclaredPort, modulePorts } from "./module-header.ts";
import { readmeText } from "./readme-text.ts";
import { VectorRecord } from "./vectors.ts";

/** A layer that the written bench runs. */
export interface BenchLayer {
  readonly name: string;
  readonly work: ColumnWork;
  readonly random: Random;
}

/**
 * A column in SystemVerilog for a machine: sources, their list, a bench that checks itself with recorded layers,
 * constraints, and a README. [path] text. Throws an `InputError` where the layers are too many.
 */
export function generateColumn(p: SwgParameters, layers: Iterable<BenchLayer>): Map<string, string> {
  const { top, files, parameters = {} } = columnSource(p);
  const ports = modulePorts(files[`${top}.sv`], parameters);
  const record = new VectorRecord(ports);
  const names: string[] = [];
  for (const { name, work, random } of layers) {
    new ColumnBench(record, work, random).run();
    names.push(name);
  }
  const sources = Object.keys(files);
  return new Map([
    ...Object.entries(files),
    ["files.f", `${sources.join("\n")}\n`],
    [`${top}.sdc`, sdcText(p.clockMhz, ports)],
    [`bench/${top}_bench.sv`, benchText(top, parameters, record)],
    ["bench/vectors.hex", record.text()],
    ["README.md", readmeText({ top, files, ports, parameters, names, cycles: record.cycles })],
  ]);
}

/** The sources of a machine's column. Throws an `InputError` where there is none, or its values are not those that its bench knows. */
export function columnSource(p: SwgParameters) {
  if (p.format !== "bf16") throw new InputError(`rtl: swg.format must be bf16, is ${p.format}`);
  return moduleSource("column", columnParameters(p));
}

/** Of the clock's period, what what is around a column takes of it at its ports; assumed. */
const outside = 0.2;

/** Ports of a column whose values change under reset only; what clears sums then is not among them, as it is used in each cycle. */
const constantPorts: readonly string[] = [
  "help",
  "headers",
  "shares_log",
  "share",
  "sets",
  "levels",
  "level",
  "is_last",
];

/** By commands that every tool has; buses by a pattern, as tools write their bits in their own ways. */
const sdcText = (clockMhz: number, ports: readonly DeclaredPort[]): string => {
  const ns = (share: number) => Number(((1000 / clockMhz) * share).toFixed(3));
  const patterns = ({ name, width }: DeclaredPort) => (width === 1 ? name : `${name}*`);
  const of = (direction: "in" | "out") => ports.filter((port) => port.direction === direction);
  const inputs = of("in").filter(({ name }) => name !== "clock");
  const named = (some: readonly DeclaredPort[]) => `[get_ports {${some.map(patterns).join(" ")}}]`;
  return `# ${clockMhz} MHz; times in ns. What is around the column is assumed to have ${outside} of the period at its ports.
create_clock -name clock -period ${ns(1)} [get_ports clock]
set_input_delay ${ns(outside)} -clock clock ${named(inputs)}
set_output_delay ${ns(outside)} -clock clock [all_outputs]
# these change under reset only
set_false_path -from ${named(inputs.filter(({ name }) => constantPorts.includes(name)))}
# cells that drive the inputs, loads, and what the clock's edges are off by, are the library's and the floor plan's
`;
};
