import type { MemoryName, MemoryPorts } from "../accelerators/components.ts";
import { accelerators } from "../accelerators/index.ts";
import { areaOf } from "../energy/area.ts";
import { memoryCost } from "../energy/memory.ts";
import type { ProcessNode } from "../energy/nodes/process-node.ts";
import { ownClockMhz } from "../energy/own-clock.ts";
import { defaults } from "../parameter.ts";
import { grouped, inWords, threeDigits } from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";

/** What each machine is charged for with its default parameters, and what its model leaves perfect or free. */
export function fairness(node: ProcessNode) {
  return Object.entries(accelerators).map(([machine, { components, parameters, free }]) => {
    const built = components(defaults(parameters));
    const areaMm2 = areaOf(built, node);
    return {
      machine,
      macs: built.macs,
      format: built.format,
      areaMm2: { total: Object.values(areaMm2).reduce((sum, mm2) => sum + mm2, 0), parts: areaMm2 },
      memories: Object.entries(built.memories).map(([name, memory]) => {
        const { areaMm2, made } = memoryCost(memory, node);
        return { name: name as MemoryName, ...memory, made, areaMm2 };
      }),
      longestWayGates: built.longestWayGates,
      ownClockMhz: ownClockMhz(built.longestWayGates, node),
      free,
    };
  });
}

const portWords = (ports: MemoryPorts): string => {
  if (ports === "shared") return "one for both";
  return ports === "readAndWrite" ? "1 read, 1 write" : `${ports.read} read, ${ports.write} write`;
};

/** The same as text: a table of areas, one of memories, and a list for each machine. */
export function fairnessText(node: ProcessNode): string {
  const machines = fairness(node);
  const areas = plainTable({
    head: [["machine", "MACs", "format", "mm2", "of which", "gates", "MHz of its own"]],
    rows: machines.map(
      ({ machine, macs, format, areaMm2: { total, parts }, longestWayGates, ownClockMhz }) => [
        machine,
        grouped(macs),
        format,
        threeDigits(total),
        Object.entries(parts)
          .filter(([, mm2]) => mm2 >= 0.005)
          .sort(([, a], [, b]) => b - a)
          .map(([part, mm2]) => `${inWords(part)} ${threeDigits(mm2)}`)
          .join(", "),
        grouped(longestWayGates),
        threeDigits(ownClockMhz),
      ],
    ),
    left: [0, 2, 4],
    widths: [null, null, null, null, 50, null, null],
  });
  const memories = plainTable({
    head: [["machine", "memory", "of them", "words", "bits", "ports", "made of", "mm2"]],
    rows: machines.flatMap(({ machine, memories }) =>
      memories.map(({ name, count, words, wordBits, ports, made, areaMm2 }, i) => [
        i === 0 ? machine : "",
        inWords(name),
        grouped(count),
        grouped(words),
        grouped(wordBits),
        portWords(ports),
        made,
        threeDigits(areaMm2),
      ]),
    ),
    left: [0, 1, 5, 6],
  });
  const free = machines.map(
    ({ machine, free }) => `${machine}\n${free.map((sentence) => `  - ${sentence}\n`).join("")}`,
  );
  return [
    `What each machine is charged for with its default parameters, at ${node.nm} nm\n\n${areas}`,
    `Its memories\n\n${memories}`,
    `What stays perfect or free\n\n${free.join("\n")}`,
    "What of it a layer uses, and pJ: swg run --accelerators all ...; all prices: swg list energy\n",
  ].join("\n");
}
