import dense from "../accelerators/dense.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Occupancy, OccupancySource } from "../trace/occupancy.ts";
import { chooseLayers, type RunOptions } from "./run-trace.ts";

/** The parameters that switch SWG's mechanisms. */
type Mechanisms = Pick<SwgParameters, "vdt" | "gradientSkip" | "intraColumn" | "interColumn" | "slack">;

/** What each mechanism of SWG is worth on a trace: `removed` from the full machine, and `added` one after another. */
export interface Ablation {
  readonly full: AblationRow;
  readonly removed: readonly AblationRow[];
  /** from nothing to the full machine: every row keeps what the rows before it added, `vdt` as the row says */
  readonly added: readonly AblationRow[];
}

export interface AblationRow {
  readonly machine: string;
  readonly mechanisms: Mechanisms;
  readonly limitedPorts: AblationResult;
  readonly unlimitedPorts: AblationResult;
}

/** Summed over the layers. */
export interface AblationResult {
  readonly cycles: number;
  readonly macUtilization: number;
  /** over a dense array of as many MACs */
  readonly speedupOverDense: number;
}

type Variant = readonly [machine: string, mechanisms: Mechanisms];

/** The machine's mechanisms all on; `slack` as given where it is not 0. */
const allOn = ({ slack }: SwgParameters): Mechanisms => ({
  ...{ vdt: "both", gradientSkip: true, intraColumn: true, interColumn: true, slack: Math.max(1, slack) },
});

const removals: readonly (readonly [machine: string, off: Partial<Mechanisms>])[] = [
  ["without the valid-data trace", { vdt: "none" }],
  ["without skipping fmap zeros", { vdt: "emap" }],
  ["without skipping emap zeros", { vdt: "fmap" }],
  ["without skipping unwanted gradients", { gradientSkip: false }],
  ["without balance inside columns", { intraColumn: false }],
  ["without balance between columns", { interColumn: false }],
  ["without slack between columns", { slack: 0 }],
];

function variants(parameters: SwgParameters): { full: Variant; removed: Variant[]; added: Variant[] } {
  const all = allOn(parameters);
  const nothing: Mechanisms = {
    ...{ vdt: "none", gradientSkip: false, intraColumn: false, interColumn: false, slack: 0 },
  };
  const traced: Mechanisms = { ...nothing, vdt: "both" };
  const { gradientSkip, intraColumn, interColumn } = all;
  return {
    full: ["the full machine", all],
    removed: removals.map(([machine, off]) => [machine, { ...all, ...off }]),
    added: [
      ["nothing", nothing],
      ["skip fmap zeros alone", { ...nothing, vdt: "fmap" }],
      ["skip emap zeros alone", { ...nothing, vdt: "emap" }],
      ["skip zeros of both", traced],
      ["+ skip unwanted gradients", { ...traced, gradientSkip }],
      ["+ balance inside columns", { ...traced, gradientSkip, intraColumn }],
      ["+ balance between columns", { ...traced, gradientSkip, intraColumn, interColumn }],
      ["+ slack: the full machine", all],
    ],
  };
}

/** Runs SWG with every mechanism on, and with some off, with and without port limits; sizes as in `parameters`. */
export function ablation(
  trace: OccupancySource,
  kernel: Kernel,
  parameters: SwgParameters,
  { layers, onProgress }: RunOptions = {},
): Ablation {
  const chosen = chooseLayers(trace, layers);
  const { full, removed, added } = variants(parameters);
  const all = [full, ...removed, ...added];
  const different = new Map(all.map(([, mechanisms]) => [JSON.stringify(mechanisms), mechanisms]));
  const macs = parameters.columns * parameters.rows;
  const totals = new Map([...different.keys()].map((key) => [key, { limited: 0, unlimited: 0 }]));
  let denseCycles = 0;
  let validMacs = 0;
  for (const [i, { name }] of chosen.entries()) {
    const occupied = trace.occupancy(name);
    denseCycles += dense.simulate(occupied, { macs }, kernel).cycles;
    validMacs += kernel.validPairs(occupied);
    let done = i * different.size;
    for (const [key, mechanisms] of different) {
      onProgress?.({ what: `ablation, ${name}`, done: done++, of: chosen.length * different.size });
      const total = totals.get(key)!;
      total.limited += cyclesOf(occupied, { ...parameters, ...mechanisms, unlimitedPorts: false }, kernel);
      total.unlimited += cyclesOf(occupied, { ...parameters, ...mechanisms, unlimitedPorts: true }, kernel);
    }
  }

  const result = (cycles: number): AblationResult => ({
    ...{ cycles, macUtilization: validMacs / (macs * cycles), speedupOverDense: denseCycles / cycles },
  });
  const row = ([machine, mechanisms]: Variant): AblationRow => {
    const { limited, unlimited } = totals.get(JSON.stringify(mechanisms))!;
    return { machine, mechanisms, limitedPorts: result(limited), unlimitedPorts: result(unlimited) };
  };
  return { full: row(full), removed: removed.map(row), added: added.map(row) };
}

const cyclesOf = (occupied: Occupancy, parameters: SwgParameters, kernel: Kernel): number =>
  kernel.swg(occupied, parameters).cycles;
