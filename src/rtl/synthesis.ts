import { availableParallelism } from "node:os";
import { flipFlop, flipFlopGateEquivalents, gateEquivalents } from "../hardware/logic/gate-equivalents.ts";
import { InputError } from "../input-error.ts";
import { type CriticalPath, criticalPath } from "./critical-path.ts";
import { cached } from "./disk-cache.ts";
import { type LongestWay, longestWay } from "./longest-way.ts";
import { type ModuleWays, moduleWays } from "./module-ways.ts";
import { nativeTool } from "./native-tools.ts";
import {
  cellCounts,
  logicDepth,
  memoriesOf,
  memoryBits,
  type Netlist,
  type NetlistMemory,
} from "./netlist.ts";
import { alone, plainName, type RtlilModule, rtlilModules } from "./rtlil.ts";
import { selectPart } from "./select-part.ts";
import { toolVersions, YosysThread } from "./toolchain.ts";

/** What is synthesised of a design, to which cells, and in how much time. */
export interface SynthesisOptions {
  /** parameters of the top module that are not at their defaults */
  readonly parameters?: Readonly<Record<string, number>>;
  /** the module in the design, by its plain name, that is synthesised with all that is in it; the top if it is left out */
  readonly part?: string;
  /** modules in it, by their plain names, that are left out with all that is in them */
  readonly without?: readonly string[];
  /** text of a Liberty file: cells are mapped to it, and areas are known in um2 */
  readonly liberty?: string;
  /** what modules are there for; those in a module serve what it does, unless they are named themselves */
  readonly purposes?: Readonly<Record<string, string>>;
  /** told what is done next */
  readonly onStep?: (what: string) => void;
  /** time that one module may take */
  readonly secondsPerModule?: number;
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
  /** each of these memories */
  readonly memories: readonly NetlistMemory[];
  /** gates on the longest way between flip-flops, memories, inner modules and ports */
  readonly logicDepth: number;
  /** of the same ways the slowest, where OpenSTA is installed and a Liberty file is given */
  readonly criticalPath?: CriticalPath;
}

/** What all instances take that are there for one purpose. */
export interface SynthesisedPart {
  readonly purpose: string;
  readonly logicGateEquivalents: number;
  readonly flipFlopGateEquivalents: number;
  readonly areaUm2?: number;
  readonly memoryBits: number;
}

/** What a design costs. */
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
  /** of the whole design; the clock must wait for it */
  readonly longestWay: LongestWay;
}

/**
 * Synthesises a design module by module, with Yosys and abc: to gates of two inputs, or to the cells of a Liberty file.
 * Each module is synthesised once for each set of its parameters, in as many threads as there are cores, and kept for the
 * next time. So each has its own area; what could be shared across their borders is not. Memories stay memories, and are
 * given in bits. Throws `InputError` for a module that takes longer than it may.
 */
export async function synthesise(
  files: Readonly<Record<string, string>>,
  top: string,
  options: SynthesisOptions = {},
): Promise<Synthesis> {
  const { parameters = {}, part = top, purposes = {}, liberty, onStep = () => {} } = options;
  const { without = [], secondsPerModule = 300 } = options;
  onStep(`synthesis: hierarchy of ${top}`);
  const modules = await elaborate(files, top, parameters, secondsPerModule, onStep);
  const root = [...modules.keys()].find((name) => plainName(name) === part);
  if (root === undefined) throw new InputError(`module ${part} is not in what Yosys made of ${top}`);

  const instances = new Map<string, number>();
  const serving = new Map([...Object.values(purposes), ""].map((p) => [p, new Map<string, number>()]));
  const count = (name: string, times: number, inherited: string) => {
    const purpose = purposes[plainName(name)] ?? inherited;
    for (const counts of [instances, serving.get(purpose)!])
      counts.set(name, (counts.get(name) ?? 0) + times);
    for (const [inner, number] of modules.get(name)!.inner)
      if (!without.includes(plainName(inner))) count(inner, times * number, purpose);
  };
  count(root, 1, "");

  // the largest first, so that no thread is left alone with one at the end
  const waiting = [...instances.keys()].map((name) => modules.get(name)!);
  waiting.sort((a, b) => b.text.length - a.text.length);
  const costs = new Map<string, SynthesisedModule>();
  const ways = new Map<string, ModuleWays>();
  const queue = waiting.entries();
  const number = Math.min(availableParallelism(), waiting.length);
  const threads = Array.from({ length: number }, () => new YosysThread());
  try {
    await Promise.all(
      threads.map(async (thread) => {
        for (const [i, module] of queue) {
          const name = plainName(module.name);
          const started = () => onStep(`synthesis: ${name} (${i + 1} of ${waiting.length})`);
          const netlist = await netlistOf(module, modules, { thread, liberty, started, secondsPerModule });
          costs.set(module.name, { name, instances: instances.get(module.name)!, ...netlist.cost });
          ways.set(inNetlist(module.name), netlist.ways);
        }
      }),
    );
  } finally {
    // where one failed, the others need not go on
    await Promise.all(threads.map((thread) => thread.end()));
  }
  // in the design's order, whichever thread was done first
  const inOrder = new Map(Array.from(instances.keys(), (name) => [name, costs.get(name)!]));
  return {
    ...summary(part, inOrder, purposes, serving),
    longestWay: longestWay(ways, inNetlist(root), plainName),
  };
}

/** A module's name as Yosys's `write_json` says it. */
const inNetlist = (name: string): string => name.replace(/^\\/, "");

/** The modules of a design, one for each set of parameters. */
async function elaborate(
  files: Readonly<Record<string, string>>,
  top: string,
  parameters: Readonly<Record<string, number>>,
  seconds: number,
  onStep: (what: string) => void,
): Promise<ReadonlyMap<string, RtlilModule>> {
  const set = Object.entries(parameters).map(([name, value]) => ` -chparam ${name} ${value}`);
  const commands = [
    ...Object.keys(files).map((file) => `read_verilog -sv ${file}`),
    `hierarchy -check -top ${top}${set.join("")}`,
    // which line something comes from is not part of what it costs
    "setattr -unset src",
    "setattr -mod -unset src",
    "write_rtlil design.il",
  ];
  const make = async () => {
    const thread = new YosysThread();
    try {
      return await thread.run(top, commands, { ...files }, "design.il", seconds);
    } finally {
      await thread.end();
    }
  };
  const key = [toolVersions(), ...commands, JSON.stringify(files)];
  const rtlil = await cached("design.il", key, make, onStep);
  return rtlilModules(new TextDecoder().decode(rtlil));
}

/**
 * abc's effort, the same for every module: equivalent nodes merged, AND graph rewritten twice, choices kept for the
 * mapping. Without the `&fraig -x` of Yosys's own script, which takes minutes of a balancer and gains nothing there.
 */
export const abcScript = "strash; ifraig; dc2; dc2; strash; &get -n; &dch -f; &nf; &put";

/** Yosys's command for it, to gates or to a Liberty file's cells. */
export const abcCommand = (target: string): string =>
  `abc ${target} -script +${abcScript.replaceAll("; ", ";").replaceAll(" ", ",")}`;

interface Synthesiser {
  readonly thread: YosysThread;
  readonly liberty: string | undefined;
  readonly started: () => void;
  readonly secondsPerModule: number;
}

type Cost = Omit<SynthesisedModule, "name" | "instances">;

/** What is kept of a module: one instance's own cells, and the ways through them. */
interface SynthesisedNetlist {
  readonly cost: Cost;
  readonly ways: ModuleWays;
}

async function netlistOf(
  module: RtlilModule,
  modules: ReadonlyMap<string, RtlilModule>,
  { thread, liberty, started, secondsPerModule }: Synthesiser,
): Promise<SynthesisedNetlist> {
  const gates = Object.keys(gateEquivalents).map((gate) => gate.slice(2, -1));
  const target = liberty
    ? "-liberty cells.lib"
    : `-g ${gates.filter((gate) => gate !== "NOT" && gate !== "BUF").join(",")}`;
  const commands = [
    ...(liberty ? ["read_liberty -lib -ignore_miss_func cells.lib"] : []),
    "read_rtlil module.il",
    "proc",
    "opt -full",
    "wreduce",
    "peepopt",
    "opt_clean",
    "alumacc",
    "opt",
    "memory -nomap",
    "opt_clean",
    "techmap -map select-part.v",
    "opt_expr -mux_undef",
    "opt_clean",
    // abc does what `opt` would, and sooner
    "techmap",
    "opt_expr -mux_undef",
    "opt_clean",
    `dfflegalize -cell ${flipFlop} x`,
    "opt_clean",
    ...(liberty ? ["dfflibmap -liberty cells.lib"] : []),
    abcCommand(target),
    "opt_clean",
    "write_json netlist.json",
  ];
  const text = alone(module, modules);
  const inputs = {
    "module.il": text,
    "select-part.v": selectPart,
    ...(liberty !== undefined && { "cells.lib": liberty }),
  };
  const sta = liberty === undefined ? undefined : nativeTool("sta");
  const key = [
    toolVersions(),
    sta ?? "",
    ...commands,
    JSON.stringify(inputs),
    JSON.stringify(gateEquivalents),
    // what is kept of a module has changed
    "3",
  ];
  const netlist = await cached("module.json", key, async () => {
    started();
    const json = await thread.run(plainName(module.name), commands, inputs, "netlist.json", secondsPerModule);
    const netlists = JSON.parse(new TextDecoder().decode(json)).modules as Record<string, Netlist>;
    return new TextEncoder().encode(JSON.stringify(priced(netlists, module, liberty, sta !== undefined)));
  });
  return JSON.parse(new TextDecoder().decode(netlist)) as SynthesisedNetlist;
}

/** What a module's netlist costs; beside it stand the boxes in it, and the cells of a Liberty file with their areas. */
function priced(
  netlists: Readonly<Record<string, Netlist>>,
  module: RtlilModule,
  liberty: string | undefined,
  timed: boolean,
): SynthesisedNetlist {
  const netlist = netlists[inNetlist(module.name)];
  const boxes = new Set([...module.inner.keys()].map(inNetlist));
  const cells = Object.fromEntries(
    Object.entries(cellCounts(netlist)).filter(([type]) => !boxes.has(type) && type !== "$mem_v2"),
  );
  const storing = liberty === undefined ? new Set([flipFlop]) : flipFlopCells(liberty);
  const sum = (of: (type: string) => number) =>
    Object.entries(cells).reduce((total, [type, n]) => total + n * of(type), 0);
  const path = timed ? criticalPath(netlist, liberty!, (type) => Object.hasOwn(cells, type)) : undefined;
  const isGate = (type: string) => Object.hasOwn(cells, type) && !storing.has(type);
  const cost = {
    cells,
    flipFlops: sum((type) => (storing.has(type) ? 1 : 0)),
    logicGateEquivalents: sum((type) => gateEquivalents[type] ?? 0),
    flipFlopGateEquivalents: sum((type) => (type === flipFlop ? flipFlopGateEquivalents : 0)),
    ...(liberty !== undefined && { areaUm2: sum((type) => Number(netlists[type]?.attributes.area ?? 0)) }),
    memoryBits: memoryBits(netlist),
    memories: memoriesOf(netlist),
    logicDepth: logicDepth(netlist, isGate),
    ...(path && { criticalPath: path }),
  };
  return { cost, ways: moduleWays(netlist, boxes, isGate) };
}

/** The cells of a Liberty file that keep a bit. */
const flipFlopCells = (liberty: string): ReadonlySet<string> =>
  new Set(
    liberty
      .split(/\bcell\s*\(/)
      .filter((cell) => /\bff\s*\(/.test(cell))
      .map((cell) => cell.slice(0, cell.indexOf(")")).replaceAll('"', "").trim()),
  );

/** All modules together, and what serves each purpose. */
function summary(
  top: string,
  costs: ReadonlyMap<string, SynthesisedModule>,
  purposes: Readonly<Record<string, string>>,
  serving: ReadonlyMap<string, ReadonlyMap<string, number>>,
): Omit<Synthesis, "longestWay"> {
  const modules = [...costs.values()];
  const mapped = modules.some((m) => m.areaUm2 !== undefined);
  const parts = [...new Set(Object.values(purposes))].map((purpose): SynthesisedPart => {
    const served = serving.get(purpose)!;
    const sum = (of: (module: SynthesisedModule) => number) =>
      Array.from(costs).reduce((total, [name, module]) => total + (served.get(name) ?? 0) * of(module), 0);
    return {
      purpose,
      logicGateEquivalents: sum((m) => m.logicGateEquivalents),
      flipFlopGateEquivalents: sum((m) => m.flipFlopGateEquivalents),
      ...(mapped && { areaUm2: sum((m) => m.areaUm2 ?? 0) }),
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
      ...(mapped && { areaUm2: sum((m) => m.areaUm2 ?? 0) }),
      flipFlops: sum((m) => m.flipFlops),
      memoryBits: sum((m) => m.memoryBits),
    },
  };
}
