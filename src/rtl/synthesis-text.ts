import { memoryCost } from "../energy/memory.ts";
import { nodes } from "../energy/nodes/index.ts";
import { flipFlopGateEquivalents, gateEquivalents } from "../hardware/logic/gate-equivalents.ts";
import { grouped, jsonText, percent } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import type { LongestWay } from "./longest-way.ts";
import type { NetlistMemory } from "./netlist.ts";
import { abcScript, type Synthesis, type SynthesisedModule, type SynthesisedPart } from "./synthesis.ts";

/** What a design costs, by module and by purpose, and what the numbers mean. */
export function synthesisText({ top, modules, parts, total, longestWay }: Synthesis): string {
  const mapped = total.areaUm2 !== undefined;
  const timed = modules.some(({ criticalPath }) => criticalPath);
  const names = [...new Set(modules.map(({ name }) => name))];
  const rows = names.map((name) => {
    const same = modules.filter((module) => module.name === name);
    const sum = (of: (module: SynthesisedModule) => number) =>
      same.reduce((total, module) => total + module.instances * of(module), 0);
    return {
      name,
      instances: sum(() => 1),
      logicDepth: Math.max(...same.map((m) => m.logicDepth)),
      ns: Math.max(...same.map((m) => m.criticalPath?.ns ?? 0)),
      logicGateEquivalents: sum((m) => m.logicGateEquivalents),
      flipFlopGateEquivalents: sum((m) => m.flipFlopGateEquivalents),
      ...(mapped && { areaUm2: sum((m) => m.areaUm2 ?? 0) }),
      memoryBits: sum((m) => m.memoryBits),
    };
  });
  rows.sort((a, b) => size(b) - size(a));
  const whole = rows.reduce((sum, row) => sum + size(row), 0);
  const sizes = mapped ? ["um2"] : ["GE logic", "GE flip-flops", "GE"];
  const cells = (row: Size) => [
    ...(mapped ? [] : [grouped(row.logicGateEquivalents), grouped(row.flipFlopGateEquivalents)]),
    grouped(size(row)),
    percent(whole > 0 ? size(row) / whole : 0),
    grouped(row.memoryBits),
  ];
  const byModule = plainTable({
    head: [["module", "instances", ...sizes, "share", "memory bits", "depth", ...(timed ? ["ns"] : [])]],
    rows: rows.map((row) => [
      row.name,
      grouped(row.instances),
      ...cells(row),
      String(row.logicDepth),
      ...(timed ? [row.ns.toFixed(2)] : []),
    ]),
    foot: [
      [
        `all of ${top}`,
        "",
        ...sizes.slice(1).map(() => ""),
        grouped(whole),
        "",
        grouped(total.memoryBits),
        "",
        ...(timed ? [""] : []),
      ],
    ],
    left: [0],
  });
  const tables = [byModule, ...memoryTable(modules)];
  if (parts.length > 0) {
    const head = [["purpose", ...sizes, "share", "memory bits"]];
    tables.push(plainTable({ head, rows: parts.map((part) => [part.purpose, ...cells(part)]), left: [0] }));
  }
  const meaning = [
    wholeWay(longestWay),
    ...(timed ? [slowest(modules)] : []),
    mapped ? mappedMeaning : gateMeaning,
  ];
  return `${tables.join("\n\n")}\n\n${meaning.join("\n")}\n`;
}

/** The node of the areas of memories. */
const node = "65";

/** Memories, each of whose rows is a macro: those of equal words and ports in modules of one name are the same. */
function memoryTable(modules: readonly SynthesisedModule[]): string[] {
  const macros = new Map<
    string,
    { readonly cells: readonly string[]; readonly memory: NetlistMemory; count: number }
  >();
  for (const { name, instances, memories } of modules)
    for (const memory of memories) {
      const { words, wordBits, reads, writes } = memory;
      const cells = [name, grouped(words), grouped(wordBits), `${reads} read, ${writes} write`];
      const macro = macros.get(cells.join()) ?? { cells, memory, count: 0 };
      macro.count += instances;
      macros.set(cells.join(), macro);
    }
  if (macros.size === 0) return [];
  const rows = Array.from(macros.values(), ({ cells, memory: { words, wordBits, reads, writes }, count }) => {
    const ports = reads === 1 && writes === 1 ? "readAndWrite" : { read: reads, write: writes };
    const { areaMm2, made } = memoryCost({ count, words, wordBits, ports }, nodes[node]);
    return { areaMm2, cells: [...cells, grouped(count), made, areaMm2.toFixed(3)] };
  });
  const whole = rows.reduce((sum, { areaMm2 }) => sum + areaMm2, 0);
  return [
    plainTable({
      head: [["memory", "words", "bits", "ports", "instances", "made of", `mm2, ${node} nm`]],
      rows: rows.map(({ cells }) => cells),
      foot: [["all memories", "", "", "", "", "", whole.toFixed(3)]],
      left: [0, 3, 5],
    }),
  ];
}

function wholeWay({ gates, memoryReads, through }: LongestWay): string {
  const passed = through.map(({ module, gates }) => `${module} ${gates}`).join(", ");
  const reads = memoryReads === 1 ? "1 memory" : `${memoryReads} memories`;
  return `Longest way through the whole design: ${gates} gates${passed ? ` (${passed})` : ""}; it reads ${reads}.`;
}

function slowest(modules: readonly SynthesisedModule[]): string {
  const paths = modules.flatMap(({ name, criticalPath }) =>
    criticalPath ? [{ name, ...criticalPath }] : [],
  );
  const { name, ns, from, to } = paths.reduce((a, b) => (b.ns > a.ns ? b : a));
  return `Slowest module, by OpenSTA: ${ns.toFixed(2)} ns in ${name}, from ${from} to ${to}; mapped for area, not sized for load, no wires.`;
}

type Size = Omit<SynthesisedPart, "purpose">;

const size = (of: Size): number => of.areaUm2 ?? of.logicGateEquivalents + of.flipFlopGateEquivalents;

const common = `Of all instances together. A module's own cells, without those of the modules in it; a purpose's with all that is in its
modules and serves nothing else. Memories are not made into flip-flops: their bits are listed, their area
as in the reports of swg run is in a table of its own. Depth is the longest way in gates between flip-flops, memories, inner modules and ports; the longest
way through the whole design is from flip-flop to flip-flop, with what memories take left out.
Each module by Yosys and abc alone, all with the same effort: ${abcScript}.`;

const gateMeaning = `GE, gate equivalents: a NAND of two inputs is 1, ${Object.entries(gateEquivalents)
  .map(([gate, ge]) => `${gate.slice(2, -1)} ${ge}`)
  .join(", ")}, a flip-flop ${flipFlopGateEquivalents}.
${common}`;

const mappedMeaning = `um2 as the Liberty file gives them, without wires and the gaps between cells.\n${common}`;

/** What a design costs, for programs: the document that `synthesisJson` writes. */
export interface SynthesisDocument extends Synthesis {
  readonly schemaVersion: 1;
}

/** The JSON document of a synthesis. */
export function synthesisJson(synthesis: Synthesis): string {
  const document: SynthesisDocument = { schemaVersion: 1, ...synthesis };
  return jsonText(document);
}
