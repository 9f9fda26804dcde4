import { InputError } from "../input-error.ts";
import { flipFlop, flipFlopGateEquivalents, gateEquivalents } from "./gate-equivalents.ts";
import { selectPart } from "./select-part.ts";
import { yosys } from "./toolchain.ts";

export interface SynthesisOptions {
  /** parameters of the top module that are not at their defaults */
  readonly parameters?: Readonly<Record<string, number>>;
  /** text of a Liberty file: cells are mapped to it, and areas are known in um2 */
  readonly liberty?: string;
  /** what modules are there for; those in a module serve what it does, unless they are named themselves */
  readonly purposes?: Readonly<Record<string, string>>;
  /** told what is done next */
  readonly onStep?: (what: string) => void;
}

/** One module with one set of parameters, without the modules that it is made of. */
export interface SynthesisedModule {
  readonly name: string;
  /** of these in the whole design */
  readonly instances: number;
  /** cells of one instance by type; inner modules and memories are not cells */
  readonly cells: Readonly<Record<string, number>>;
  readonly flipFlops: number;
  /** area of one instance's gates, in NAND2; 0 of what a Liberty file mapped */
  readonly logicGateEquivalents: number;
  /** area of one instance's flip-flops */
  readonly flipFlopGateEquivalents: number;
  /** with a Liberty file: area of one instance's cells */
  readonly areaUm2?: number;
  /** memories of one instance, which are left to a memory compiler: none of their area is in any figure here */
  readonly memoryBits: number;
  /** gates on the longest way between flip-flops, memories, inner modules and ports */
  readonly logicDepth: number;
}

/** What all instances take that are there for one purpose. */
export interface SynthesisedPart {
  readonly purpose: string;
  readonly logicGateEquivalents: number;
  readonly flipFlopGateEquivalents: number;
  readonly areaUm2?: number;
  readonly memoryBits: number;
}

export interface Synthesis {
  readonly top: string;
  /** the modules of the design, largest in total first */
  readonly modules: readonly SynthesisedModule[];
  /** the same by purpose, in the order of `purposes`; what has none is left out */
  readonly parts: readonly SynthesisedPart[];
  readonly total: {
    readonly gateEquivalents: number;
    readonly areaUm2?: number;
    readonly flipFlops: number;
    readonly memoryBits: number;
  };
}

/**
 * Synthesises a design module by module, with Yosys and abc: to gates of two inputs, or to the cells of a Liberty file.
 * Modules stay apart, so that each has its own area; what could be shared across their borders is not. Memories stay
 * memories, and are given in bits.
 */
export async function synthesise(
  files: Readonly<Record<string, string>>,
  top: string,
  options: SynthesisOptions = {},
): Promise<Synthesis> {
  const { parameters = {}, purposes = {}, liberty, onStep = () => {} } = options;
  const set = Object.entries(parameters).map(([name, value]) => ` -chparam ${name} ${value}`);
  const gates = Object.keys(gateEquivalents).map((gate) => gate.slice(2, -1));
  const map = liberty
    ? ["dfflibmap -liberty cells.lib", "abc -fast -liberty cells.lib"]
    : [`abc -fast -g ${gates.filter((gate) => gate !== "NOT" && gate !== "BUF").join(",")}`];
  const commands = [
    ...Object.keys(files).map((file) => `read_verilog -sv ${file}`),
    `hierarchy -check -top ${top}${set.join("")}`,
    ...[
      "proc",
      "opt -full",
      "wreduce",
      "peepopt",
      "opt_clean",
      "alumacc",
      "opt",
      "memory -nomap",
      "opt_clean",
    ],
    ...["techmap -map select-part.v", "opt_expr -mux_undef", "opt_clean"],
    // abc does what `opt` would, and sooner
    ...[
      "techmap",
      "opt_expr -mux_undef",
      "opt_clean",
      `dfflegalize -cell ${flipFlop} x`,
      "opt_clean",
      ...map,
      "opt_clean",
    ],
    `tee -q -o cells.json stat -json${liberty ? " -liberty cells.lib" : ""}`,
    ...["tee -q -o memories.txt dump -m t:$mem_v2", "tee -q -o depth.txt ltp -noff"],
  ];
  let step = "";
  const onLine = (line: string) => {
    const [, module] = /Extracting gate netlist of module `([^']*)'/.exec(line) ?? [];
    if (module && module !== step) onStep(`synthesis: ${plainName(module)}`);
    step = module ?? step;
  };
  onStep(`synthesis: ${top}`);
  const inputs = {
    ...files,
    "select-part.v": selectPart,
    ...(liberty !== undefined && { "cells.lib": liberty }),
  };
  const { files: made } = await yosys(commands, inputs, onLine);
  const text = (name: string) => new TextDecoder().decode(made[name] as Uint8Array);
  return assemble(top, purposes, text("cells.json"), text("memories.txt"), text("depth.txt"));
}

interface Statistics {
  readonly modules: Readonly<
    Record<string, { readonly num_cells_by_type: Record<string, number>; readonly area?: number }>
  >;
}

/** Puts together what Yosys's `stat -json`, `dump` and `ltp` say of the modules. */
function assemble(
  top: string,
  purposes: Readonly<Record<string, string>>,
  cellsJson: string,
  memories: string,
  depths: string,
): Synthesis {
  const { modules: statistics } = JSON.parse(cellsJson) as Statistics;
  const memoryBits = bitsByModule(memories);
  const found = Array.from(depths.matchAll(/^Longest topological path in (\S+) \(length=(\d+)\)/gm));
  const depthOf = new Map(found.map(([, module, length]) => [module.replace(/^\\/, ""), Number(length)]));
  const byName = new Map(
    Object.entries(statistics).map(([name, module]) => [name.replace(/^\\/, ""), module]),
  );
  const topName = [...byName.keys()].find((name) => plainName(name) === top);
  if (topName === undefined) throw new InputError(`top module ${top} is not in what Yosys made`);

  const instances = new Map<string, number>();
  const serving = new Map(
    [...Object.values(purposes), ""].map((purpose) => [purpose, new Map<string, number>()]),
  );
  const count = (name: string, times: number, inherited: string) => {
    const purpose = purposes[plainName(name)] ?? inherited;
    const served = serving.get(purpose)!;
    for (const counts of [instances, served]) counts.set(name, (counts.get(name) ?? 0) + times);
    for (const [type, cells] of Object.entries(byName.get(name)!.num_cells_by_type)) {
      const inner = type.replace(/^\\/, "");
      if (byName.has(inner)) count(inner, times * cells, purpose);
    }
  };
  count(topName, 1, "");

  const costs = Array.from(instances, ([name, times]): [string, SynthesisedModule] => {
    const { num_cells_by_type: types, area } = byName.get(name)!;
    const cells = Object.fromEntries(
      Object.entries(types).filter(([type]) => !byName.has(type.replace(/^\\/, "")) && type !== "$mem_v2"),
    );
    const flipFlops = Object.entries(cells).reduce((sum, [type, n]) => sum + (/dff/i.test(type) ? n : 0), 0);
    const weigh = ([type, n]: [string, number]) => (gateEquivalents[type] ?? 0) * n;
    const module: SynthesisedModule = {
      ...{ name: plainName(name), instances: times, cells, flipFlops },
      logicGateEquivalents: Object.entries(cells).reduce((sum, cell) => sum + weigh(cell), 0),
      flipFlopGateEquivalents: (cells[flipFlop] ?? 0) * flipFlopGateEquivalents,
      ...(area !== undefined && { areaUm2: area }),
      memoryBits: memoryBits.get(name) ?? 0,
      logicDepth: depthOf.get(name) ?? 0,
    };
    return [name, module];
  });
  const modules = costs.map(([, module]) => module);
  const parts = [...new Set(Object.values(purposes))].map((purpose): SynthesisedPart => {
    const served = serving.get(purpose)!;
    const sum = (of: (module: SynthesisedModule) => number) =>
      costs.reduce((total, [name, module]) => total + (served.get(name) ?? 0) * of(module), 0);
    return {
      purpose,
      logicGateEquivalents: sum((m) => m.logicGateEquivalents),
      flipFlopGateEquivalents: sum((m) => m.flipFlopGateEquivalents),
      ...(modules.some((m) => m.areaUm2 !== undefined) && { areaUm2: sum((m) => m.areaUm2 ?? 0) }),
      memoryBits: sum((m) => m.memoryBits),
    };
  });
  const size = (m: SynthesisedModule) =>
    m.instances * (m.areaUm2 ?? m.logicGateEquivalents + m.flipFlopGateEquivalents);
  modules.sort((a, b) => size(b) - size(a));
  const sum = (of: (module: SynthesisedModule) => number) =>
    modules.reduce((total, module) => total + module.instances * of(module), 0);
  return {
    top,
    modules,
    parts,
    total: {
      gateEquivalents: sum((m) => m.logicGateEquivalents + m.flipFlopGateEquivalents),
      ...(modules.some((m) => m.areaUm2 !== undefined) && { areaUm2: sum((m) => m.areaUm2 ?? 0) }),
      flipFlops: sum((m) => m.flipFlops),
      memoryBits: sum((m) => m.memoryBits),
    },
  };
}

/** Size x width of all memories, by module, from Yosys's text of the memory cells. */
function bitsByModule(dump: string): Map<string, number> {
  const bits = new Map<string, number>();
  let [module, size, width] = ["", 0, 0];
  for (const line of dump.split("\n")) {
    const [, key, value] =
      /^\s*(module|parameter \\SIZE|parameter \\WIDTH|end)(?: (?:signed )?(\S+))?$/.exec(line) ?? [];
    if (key === "module") module = value.replace(/^\\/, "");
    else if (key?.endsWith("SIZE")) size = constant(value);
    else if (key?.endsWith("WIDTH")) width = constant(value);
    else if (key === "end" && size > 0) {
      bits.set(module, (bits.get(module) ?? 0) + size * width);
      size = 0;
    }
  }
  return bits;
}

/** Yosys writes 12 or 32'00001100. */
const constant = (text: string): number =>
  text.includes("'") ? Number.parseInt(text.slice(text.indexOf("'") + 1), 2) : Number(text);

/** `$paramod$4967...\multiplier` and `$paramod\adder\FORMAT=s32'...` are `multiplier` and `adder`. */
const plainName = (name: string): string =>
  name.replace(/^\\/, "").replace(/^\$paramod[^\\]*\\([^\\]+).*$/, "$1");
