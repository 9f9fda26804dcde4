import { grouped, percent } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import { flipFlopGateEquivalents, gateEquivalents } from "./gate-equivalents.ts";
import type { Synthesis } from "./synthesis.ts";

/** What a design costs, module by module, and what the numbers mean. */
export function synthesisText({ top, modules, total }: Synthesis): string {
  const mapped = total.areaUm2 !== undefined;
  const sizes = modules.map((m) => m.areaUm2 ?? m.logicGateEquivalents + m.flipFlopGateEquivalents);
  const whole = modules.reduce((sum, { instances }, i) => sum + instances * sizes[i], 0);
  const table = plainTable({
    head: [
      [
        ...["module", "instances", "cells", "flip-flops", mapped ? "um2 of one" : "GE of one"],
        ...[mapped ? "um2 of all" : "GE of all", "share", "memory bits of one", "depth"],
      ],
    ],
    rows: modules.map(({ name, instances, cells, flipFlops, memoryBits, logicDepth }, i) => [
      ...[name, grouped(instances), grouped(Object.values(cells).reduce((sum, n) => sum + n, 0))],
      ...[grouped(flipFlops), grouped(sizes[i]), grouped(instances * sizes[i])],
      ...[percent(whole > 0 ? (instances * sizes[i]) / whole : 0), grouped(memoryBits), String(logicDepth)],
    ]),
    foot: [
      [
        top,
        "",
        "",
        grouped(total.flipFlops),
        "",
        grouped(whole),
        "",
        `${grouped(total.memoryBits)} in all`,
        "",
      ],
    ],
    left: [0],
  });
  return `${table}\n\n${mapped ? mappedMeaning : gateMeaning}\n`;
}

const common = `A module's own cells, without those of the modules in it. Memories are not made into flip-flops: their bits are listed, their
area is in no figure. Depth is the longest way in gates between flip-flops, memories, inner modules and ports.`;

const gateMeaning = `GE, gate equivalents: a NAND of two inputs is 1, ${Object.entries(gateEquivalents)
  .map(([gate, ge]) => `${gate.slice(2, -1)} ${ge}`)
  .join(", ")}, a flip-flop ${flipFlopGateEquivalents}.
${common}`;

const mappedMeaning = `um2 as the Liberty file gives them, without wires and the gaps between cells.\n${common}`;

/** The same for programs. */
export const synthesisJson = (synthesis: Synthesis): string =>
  `${JSON.stringify({ schemaVersion: 1, ...synthesis }, null, 2)}\n`;
