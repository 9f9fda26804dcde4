import { areaParts } from "../../src/energy/area.ts";
import { energyParts } from "../../src/energy/energy.ts";
import { type IdleCause, idleCauses } from "../../src/events.ts";

/** A block of the machine's diagram, and what of the report and of the parameters is its own. */
export interface Block {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** names of its parameters; the last block has what no other claims */
  readonly owns: RegExp;
  readonly area: readonly string[];
  readonly energy: readonly string[];
  readonly waits: readonly IdleCause[];
}

const claimed: readonly Block[] = [
  {
    id: "dram",
    title: "DRAM",
    about: "outside the chip",
    owns: /^dram/,
    area: [],
    energy: ["dram"],
    waits: ["dram"],
  },
  {
    id: "buffer",
    title: "Global buffer",
    about: "both maps and the write queue",
    owns: /^(globalBuffer|writeQueue)/,
    area: ["globalBuffer"],
    energy: ["globalBuffer", "bitmaps"],
    waits: ["fmapLoad"],
  },
  {
    id: "lists",
    title: "Lists",
    about: "nonzeros of the emap",
    owns: /^list/,
    area: ["emapBuffers"],
    energy: ["emapBuffers"],
    waits: ["emapLoad"],
  },
  {
    id: "trace",
    title: "Valid-data traces",
    about: "fmap chunk, sums, pairs",
    owns: /^(traces$|vdt|lane|row[A-Z]|chunk|sums|gradientSkip)/,
    area: ["fmapBuffers", "accumulators", "validDataTrace"],
    energy: ["fmapBuffers", "accumulators", "validDataTrace"],
    waits: ["validDataTrace"],
  },
  {
    id: "macs",
    title: "MACs",
    about: "multiply and add",
    owns: /^(macs|format)$/,
    area: ["mac"],
    energy: ["mac"],
    waits: [],
  },
  {
    id: "balancer",
    title: "Balancer",
    about: "which trace gets which work",
    owns: /^(intra|inter)/,
    area: ["balancer"],
    energy: ["balancer", "pairWires"],
    waits: ["columnImbalance", "betweenColumns"],
  },
  {
    id: "drain",
    title: "Drain",
    about: "sums on their way out",
    owns: /drain/i,
    area: [],
    energy: [],
    waits: ["writeBack"],
  },
];

const restOf = <T extends string>(all: readonly T[], of: (block: Block) => readonly string[]): T[] =>
  all.filter((name) => !claimed.some((block) => of(block).includes(name)));

const array: Block = {
  id: "array",
  title: "Array",
  about: "columns of PEs, wires, control",
  owns: /./,
  area: restOf(areaParts, ({ area }) => area),
  energy: restOf(energyParts, ({ energy }) => energy),
  waits: restOf(Object.keys(idleCauses) as IdleCause[], ({ waits }) => waits),
};

/** Every block. Each parameter, part of area and energy, and idle cause belongs to exactly one. */
export const blocks: readonly Block[] = [...claimed, array];

/** The block of a parameter: the first that claims its name. */
export const blockOf = (parameter: string): Block => blocks.find(({ owns }) => owns.test(parameter))!;

/** Blocks inside each PE. */
export const inPe = ["trace", "macs", "lists", "balancer"];
