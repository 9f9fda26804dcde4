import { designSource } from "./design.ts";
import type { Netlist } from "./netlist.ts";
import { plainName } from "./rtlil.ts";
import { yosys } from "./toolchain.ts";

/** Equal memories of a design: what its SystemVerilog calls them, and in which module. */
export interface DesignMemory {
  readonly name: string;
  /** of these in the whole design */
  readonly count: number;
  readonly words: number;
  readonly wordBits: number;
  /** words that are read, and written, in a cycle; ports that always have the same address are one */
  readonly reads: number;
  readonly writes: number;
}

/** The same passes as before synthesis (synthesis.ts), up to where a memory compiler would take over. */
const passes = [
  "proc",
  "opt -full",
  "wreduce",
  "peepopt",
  "opt_clean",
  "alumacc",
  "opt",
  "memory -nomap",
  "opt_clean",
];

/** The memories that Yosys finds in the design of the module `swg` with these parameters. */
export async function designMemories(parameters: Readonly<Record<string, number>>): Promise<DesignMemory[]> {
  const { files, top } = designSource("swg", parameters);
  const set = Object.entries(parameters).map(([name, value]) => ` -chparam ${name} ${value}`);
  const commands = [
    ...Object.keys(files).map((file) => `read_verilog -sv ${file}`),
    `hierarchy -check -top ${top}${set.join("")}`,
    ...passes,
    "write_json design.json",
  ];
  const made = await yosys(commands, { ...files });
  const json = new TextDecoder().decode(made.files["design.json"] as Uint8Array);
  const modules = JSON.parse(json).modules as Record<string, Netlist>;
  const root = Object.keys(modules).find((name) => plainName(name) === top)!;
  return memoriesIn(modules, root, 1);
}

function memoriesIn(
  modules: Readonly<Record<string, Netlist>>,
  name: string,
  instances: number,
): DesignMemory[] {
  const found: DesignMemory[] = [];
  const inner = new Map<string, number>();
  for (const { type, parameters } of Object.values(modules[name].cells)) {
    if (type in modules) inner.set(type, (inner.get(type) ?? 0) + instances);
    if (type !== "$mem_v2") continue;
    const number = (parameter: string) => Number.parseInt(parameters[parameter], 2);
    found.push({
      name: `${plainName(name)}.${parameters.MEMID.replace(/^\\/, "")}`,
      count: instances,
      words: number("SIZE"),
      wordBits: number("WIDTH"),
      reads: number("RD_PORTS"),
      writes: number("WR_PORTS"),
    });
  }
  return [...found, ...Array.from(inner, ([type, count]) => memoriesIn(modules, type, count)).flat()];
}
