import dense from "../accelerators/dense.ts";
import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { withValues } from "../parameter.ts";
import type { Occupancy } from "../trace/occupancy.ts";

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
  vdt: "both",
  gradientSkip: true,
  intraColumn: true,
  interColumn: true,
  slack: Math.max(1, slack),
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
    vdt: "none",
    gradientSkip: false,
    intraColumn: false,
    interColumn: false,
    slack: 0,
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

/** The different machines of the ablation: SWG with every mechanism on, and with some off. */
export function ablationSteps(parameters: SwgParameters): Mechanisms[] {
  const { full, removed, added } = variants(parameters);
  const all = [full, ...removed, ...added].map(([, mechanisms]) => mechanisms);
  return [...new Map(all.map((mechanisms) => [JSON.stringify(mechanisms), mechanisms])).values()];
}

/** One layer in one step of the ablation: cycles with and without port limits, and those of a dense array. */
export interface AblatedLayer {
  readonly mechanisms: Mechanisms;
  readonly limited: number;
  readonly unlimited: number;
  readonly dense: number;
}

/** Runs SWG with these mechanisms, with and without port limits; sizes as in `parameters`. */
export function ablateLayer(
  occupied: Occupancy,
  mechanisms: Mechanisms,
  parameters: SwgParameters,
  kernel: Kernel,
): AblatedLayer {
  const cycles = (unlimitedPorts: boolean) =>
    kernel.simulate(swgCycleModel, occupied, { ...parameters, ...mechanisms, unlimitedPorts }).cycles;
  const { columns, rows, format, clockMhz } = parameters;
  const array = withValues("dense", dense.parameters, { macs: columns * rows, format, clockMhz });
  return {
    mechanisms,
    limited: cycles(false),
    unlimited: cycles(true),
    dense: dense.simulate(occupied, array, kernel).cycles,
  };
}

/** Sums the steps over the layers. `ablated` holds each layer of `layers` in each of the `ablationSteps`. */
export function ablationOf(
  parameters: SwgParameters,
  layers: readonly { readonly validMacs: number }[],
  ablated: readonly AblatedLayer[],
): Ablation {
  const macs = parameters.columns * parameters.rows;
  const validMacs = layers.reduce((sum, layer) => sum + layer.validMacs, 0);
  const row = ([machine, mechanisms]: Variant): AblationRow => {
    const key = JSON.stringify(mechanisms);
    const step = ablated.filter((layer) => JSON.stringify(layer.mechanisms) === key);
    const total = (count: (layer: AblatedLayer) => number) =>
      step.reduce((sum, layer) => sum + count(layer), 0);
    const result = (cycles: number): AblationResult => ({
      cycles,
      macUtilization: validMacs / (macs * cycles),
      speedupOverDense: total((layer) => layer.dense) / cycles,
    });
    return {
      machine,
      mechanisms,
      limitedPorts: result(total((layer) => layer.limited)),
      unlimitedPorts: result(total((layer) => layer.unlimited)),
    };
  };
  const { full, removed, added } = variants(parameters);
  return { full: row(full), removed: removed.map(row), added: added.map(row) };
}
