import { csv } from "../report/csv.ts";
import {
  counted,
  grouped,
  jsonText,
  percent,
  printable,
  shortened,
  threeDigits,
  times,
} from "../report/format.ts";
import { plainTable } from "../report/plain-table.ts";
import { textLines } from "../report/text-lines.ts";
import { phaseNames } from "../workload/phase.ts";
import type { Cost, CostOverTraining, MachineCost, TrainingCost } from "./training-cost.ts";

/** The JSON document of a training's cost. */
export const trainingCostJson = (cost: TrainingCost): string => jsonText(cost);

/** The cost of a training for people: each machine and phase, then what the drift of sparsity changes. */
export function trainingCostText(cost: TrainingCost): string {
  const parts = [
    textLines([title(cost)]),
    ...(cost.remarks.length > 0 ? [textLines(cost.remarks.map(printable))] : []),
    machineTable(cost),
    textLines(aboutCosts(cost)),
    stepTable(cost),
    ...(cost.steps.length > 1 ? [driftTable(cost)] : []),
    textLines(driftSentences(cost)),
  ];
  return parts.join("\n");
}

const title = ({ network, dataset, training: { epochs, images } }: TrainingCost): string =>
  printable(
    `Cost of training ${network} on ${dataset}: ${counted(epochs, "epoch")} of ${counted(images, "image")}`,
  );

/** A machine's phases and whole step, by the names that tables have for them. */
const rowsOf = ({ phases, wholeStep }: MachineCost): (readonly [string, CostOverTraining])[] => [
  ...phaseNames.flatMap((phase) => {
    const cost = phases[phase];
    return cost ? [[phase, cost] as const] : [];
  }),
  ...(wholeStep ? [["whole step", wholeStep] as const] : []),
];

/** The machines, the one that the run is about first. */
const machinesIn = ({ machines, subject }: TrainingCost): [string, MachineCost][] => [
  [subject, machines[subject]],
  ...Object.entries(machines).filter(([label]) => label !== subject),
];

type Unit = readonly [name: string, size: number];
const timeUnits: readonly Unit[] = [
  ["ms", 1e-3],
  ["s", 1],
  ["min", 60],
  ["hours", 3600],
  ["days", 86_400],
];
const energyUnits: readonly Unit[] = [
  ["mJ", 1e-3],
  ["J", 1],
  ["kJ", 1e3],
  ["kWh", 3.6e6],
];
const byteUnits: readonly Unit[] = [
  ["kB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
  ["TB", 1e12],
];

/** The largest unit of which the least number has one at least; one unit for a column, so that its numbers can be compared. */
function unitOf(units: readonly Unit[], numbers: readonly number[]): Unit {
  const least = Math.min(...numbers);
  return units.findLast(([, size]) => least >= size) ?? units[0];
}

interface Units {
  readonly time: Unit;
  readonly energy: Unit;
  readonly bytes: Unit;
}

function unitsOf(costs: readonly Cost[]): Units {
  return {
    time: unitOf(
      timeUnits,
      costs.map(({ seconds }) => seconds),
    ),
    energy: unitOf(
      energyUnits,
      costs.map(({ onChipJ }) => onChipJ),
    ),
    bytes: unitOf(
      byteUnits,
      costs.map(({ dramBytes }) => dramBytes),
    ),
  };
}

const inUnit = (value: number, [, size]: Unit): string => threeDigits(value / size);

function machineTable(cost: TrainingCost): string {
  const rows = machinesIn(cost).flatMap(([label, machine]) =>
    rowsOf(machine).map(([phase, { total }]) => ({ label, phase, total })),
  );
  const { time, energy, bytes } = unitsOf(rows.map(({ total }) => total));
  return plainTable({
    head: [
      ["", "", "", { content: `energy (${energy[0]})`, colSpan: 2 }, "", ""],
      ["machine", "phase", time[0], "on chip", "with DRAM", `DRAM (${bytes[0]})`, "W"],
    ],
    rows: rows.map(({ label, phase, total }) => [
      label,
      phase,
      inUnit(total.seconds, time),
      inUnit(total.onChipJ, energy),
      inUnit(total.energyJ, energy),
      inUnit(total.dramBytes, bytes),
      threeDigits(total.energyJ / total.seconds),
    ]),
    left: [0, 1],
    shorten: true,
  });
}

function aboutCosts({ machines, pricing, steps }: TrainingCost): string[] {
  const partial = Object.keys(machines).filter((label) => !machines[label].wholeStep);
  const clocks = [...new Set(Object.values(machines).map(({ clockMhz }) => clockMhz))];
  const hasBp = Object.values(machines).some(({ phases }) => phases.bp);
  return [
    `At ${clocks.join(" or ")} MHz, ${pricing.nm} nm, ${pricing.voltage} V, beside ${pricing.dram}. W is the mean power, DRAM included.`,
    ...(partial.length > 0
      ? [
          `${partial.join(", ")}: no whole step, as not all of ff (forward), bp (backward) and wg are computed there.`,
        ]
      : []),
    ...(hasBp ? ["bp is without the first layer, which needs none."] : []),
    `Images are trained in batches as recorded (${[...new Set(steps.map(({ batch }) => grouped(batch)))].join(", ")}). Not in these numbers: updating the weights, and what is neither a convolution nor a linear layer.`,
  ];
}

/** The recorded steps, and the cost of the whole training on the machine that the run is about if every step were like this one. */
function stepTable(cost: TrainingCost): string {
  const { steps, subject, machines } = cost;
  const { ifLike } = machines[subject].phases.wg!;
  const { time, energy, bytes } = unitsOf(ifLike);
  return plainTable({
    head: [
      [
        "recorded",
        "",
        "",
        { content: "nonzero", colSpan: 3 },
        { content: shortened(`wg of ${subject}, all like it`, 30), colSpan: 3 },
      ],
      ["step", "at", "share", "fmap", "emap", "mask", time[0], energy[0], bytes[0]],
    ],
    rows: steps.map(({ step, place, share, densities: { fmap, emap, mask } }, i) => [
      String(step),
      place === undefined ? "-" : percent(place),
      ...[share, fmap, emap, mask].map(percent),
      inUnit(ifLike[i].seconds, time),
      inUnit(ifLike[i].energyJ, energy),
      inUnit(ifLike[i].dramBytes, bytes),
    ]),
    left: [],
  });
}

/** What each machine's numbers would be if every step were like the first recorded one, or like the last. */
function driftTable(cost: TrainingCost): string {
  const { steps } = cost;
  const [first, last] = [steps[0].step, steps[steps.length - 1].step];
  const ratios = ({ total, ifLike }: CostOverTraining) =>
    [ifLike[0], ifLike[ifLike.length - 1]].flatMap((like) => [
      times(like.seconds / total.seconds),
      times(like.energyJ / total.energyJ),
      times(like.dramBytes / total.dramBytes),
    ]);
  const names = ["time", "energy", "DRAM"];
  return plainTable({
    head: [
      [
        "",
        "",
        { content: `all like step ${first}`, colSpan: 3 },
        { content: `all like step ${last}`, colSpan: 3 },
      ],
      ["machine", "phase", ...names, ...names],
    ],
    rows: machinesIn(cost).flatMap(([label, machine]) =>
      rowsOf(machine).map(([phase, over]) => [label, phase, ...ratios(over)]),
    ),
    left: [0, 1],
    shorten: true,
  });
}

function driftSentences({ steps }: TrainingCost): string[] {
  if (steps.length === 1)
    return [
      `One step is recorded (step ${steps[0].step}), and every step counts as one like it: what the drift of sparsity changes is not in these numbers.`,
    ];
  return [
    "An image's cost goes in a straight line from one recorded step to the next; before the first and after the last it stays. A step's share is how much of the training it stands for.",
  ];
}

/** A line for each machine and phase: the whole training, then as if every step were like each recorded one. */
export function trainingCostCsv(cost: TrainingCost): string {
  const numbers = ({ seconds, energyJ, onChipJ, dramBytes }: Cost) => [seconds, energyJ, onChipJ, dramBytes];
  const rows = Object.entries(cost.machines).flatMap(([label, machine]) =>
    rowsOf(machine).flatMap(([phase, { total, ifLike }]) => [
      [label, phase, "", 1, ...numbers(total)],
      ...ifLike.map((like, i) => [label, phase, cost.steps[i].step, cost.steps[i].share, ...numbers(like)]),
    ]),
  );
  const head = ["accelerator", "phase", "ifLikeStep", "share", "seconds", "energyJ", "onChipJ", "dramBytes"];
  return csv([head, ...rows]);
}
