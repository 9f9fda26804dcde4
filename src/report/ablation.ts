import dense from "../accelerators/dense.ts";
import { type Machine, machineOf } from "../accelerators/machine.ts";
import { macsOf, type SwgParameters } from "../hardware/parameters.ts";

/** The parameters that switch SWG's mechanisms. */
export type Mechanisms = Pick<SwgParameters, "vdt" | "gradientSkip" | "intraColumn" | "interColumn">;

/** What each mechanism of SWG is worth on a trace: `removed` from the full machine, and `added` one after another. */
export interface Ablation {
  readonly full: AblationRow;
  readonly removed: readonly AblationRow[];
  /** from nothing to the full machine: every row keeps what the rows before it added, `vdt` as the row says */
  readonly added: readonly AblationRow[];
}

/** SWG with some of its mechanisms, with limits of its ports and without. */
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

const all: Mechanisms = { vdt: "both", gradientSkip: true, intraColumn: true, interColumn: true };
const nothing: Mechanisms = { vdt: "none", gradientSkip: false, intraColumn: false, interColumn: false };
const traced: Mechanisms = { ...nothing, vdt: "both" };
const wanted: Mechanisms = { ...traced, gradientSkip: true };
const evenColumns: Mechanisms = { ...wanted, intraColumn: true };

const full: Variant = ["the full machine", all];

const removed: readonly Variant[] = [
  ["without the valid-data trace", { ...all, vdt: "none" }],
  ["without skipping fmap zeros", { ...all, vdt: "emap" }],
  ["without skipping emap zeros", { ...all, vdt: "fmap" }],
  ["without skipping unwanted gradients", { ...all, gradientSkip: false }],
  ["without balance inside columns", { ...all, intraColumn: false }],
  ["without balance between columns", { ...all, interColumn: false }],
];

const added: readonly Variant[] = [
  ["nothing", nothing],
  ["skip fmap zeros alone", { ...nothing, vdt: "fmap" }],
  ["skip emap zeros alone", { ...nothing, vdt: "emap" }],
  ["skip zeros of both", traced],
  ["+ skip unwanted gradients", wanted],
  ["+ balance inside columns", evenColumns],
  ["+ balance between columns: all of it", all],
];

/** A variant with limited ports, or without limits, by what it has. */
const labelOf = (mechanisms: Mechanisms, unlimitedPorts: boolean): string =>
  `${JSON.stringify(mechanisms)}, ${unlimitedPorts ? "without" : "with"} port limits`;

/**
 * The machines of an ablation of `swg`, each once, in groups that take about as long: SWG with every mechanism on, and with
 * some off, with port limits and without; and beside the first a dense array of as many MACs.
 */
export function ablationMachines(swg: Machine): Machine[][] {
  const parameters = parametersOf(swg);
  const groups = [full, ...removed, ...added].map(([, mechanisms]): [string, Machine[]] => [
    JSON.stringify(mechanisms),
    [false, true].map((unlimitedPorts) => ({
      label: labelOf(mechanisms, unlimitedPorts),
      accelerator: swg.accelerator,
      parameters: { ...parameters, ...mechanisms, unlimitedPorts },
    })),
  ]);
  const { format, clockMhz } = parameters;
  const asLarge = machineOf(denseLabel, dense, { macs: macsOf(parameters), format, clockMhz });
  const [first, ...others] = new Map(groups).values();
  return [[...first, asLarge], ...others];
}

const denseLabel = "dense";
const parametersOf = ({ parameters }: Machine) => parameters as unknown as SwgParameters;

/**
 * Sums the ablation of `swg` over the layers. `cyclesOf` are those of each machine of `ablationMachines`, summed over the layers,
 * by its label.
 */
export function ablationOf(
  swg: Machine,
  validMacs: number,
  cyclesOf: Readonly<Record<string, number>>,
): Ablation {
  const macs = macsOf(parametersOf(swg));
  const result = (mechanisms: Mechanisms, unlimitedPorts: boolean): AblationResult => {
    const cycles = cyclesOf[labelOf(mechanisms, unlimitedPorts)];
    return {
      cycles,
      macUtilization: validMacs / (macs * cycles),
      speedupOverDense: cyclesOf[denseLabel] / cycles,
    };
  };
  const row = ([machine, mechanisms]: Variant): AblationRow => ({
    machine,
    mechanisms,
    limitedPorts: result(mechanisms, false),
    unlimitedPorts: result(mechanisms, true),
  });
  return { full: row(full), removed: removed.map(row), added: added.map(row) };
}
