import { type IdleCause, idleCauses } from "../events.ts";
import { grouped, inWords, percent, shortened, times } from "./format.ts";
import type { PlainTable } from "./plain-table.ts";
import type { LayerReport, LayerResult, Report } from "./report.ts";

const longestName = 20;

/** What layers and totals have in common here. */
type Account = Pick<LayerResult, "cycles" | "macs" | "macUtilization" | "breakdown">;

/** What there is to do in each layer, and the least cycles that it could take. */
export function workTable({ layers, totals }: Report): PlainTable {
  const row = (name: string, work: Pick<LayerReport, "denseMacs" | "validMacs">) => [
    name,
    grouped(work.validMacs),
    work.validMacs > 0 ? times(work.denseMacs / work.validMacs) : "none",
  ];
  return {
    head: [
      ["", "", "dense /", { content: "nonzero, %", colSpan: 3 }, "bound,", ""],
      ["layer", "valid MACs", "valid", "fmap", "emap", "mask", "cycles", "set by"],
    ],
    rows: layers.map((layer) => [
      ...row(shortened(layer.name, longestName), layer),
      ...[layer.densities.fmap, layer.densities.emap, layer.densities.mask].map(inHundred),
      grouped(layer.boundCycles),
      layer.boundBy,
    ]),
    foot: [[...row("total", totals), "", "", "", grouped(totals.boundCycles), ""]],
    left: [0, 7],
    shorten: true,
  };
}

/** A share as its number of per cent, under a heading that says so. */
const inHundred = (share: number): string => percent(share).replace(" %", "");

/** Cycles and utilisation of `subject` in each layer, beside the bound, and where it loses most. */
export function subjectTable({ layers, totals }: Report, subject: string): PlainTable {
  const row = (own: Account, { validMacs, boundCycles }: Pick<LayerReport, "validMacs" | "boundCycles">) => {
    const [worst] = losses(own, validMacs);
    return [
      grouped(own.cycles),
      times(own.cycles / boundCycles),
      percent(own.macUtilization),
      ...(worst ? [percent(worst.share), inWords(worst.cause)] : ["", "none"]),
    ];
  };
  return {
    head: [
      ["", { content: subject, colSpan: 3 }, { content: "largest loss", colSpan: 2 }],
      ["layer", "cycles", "vs bound", "use", "share", "cause"],
    ],
    rows: layers.map((layer) => [shortened(layer.name, longestName), ...row(layer.results[subject], layer)]),
    foot: [["total", ...row(totals.results[subject], totals)]],
    left: [0, 5],
    shorten: true,
  };
}

/** Machines that one table has room for. */
const othersInATable = 2;

/** Cycles and utilisation of each other machine, and how much faster `subject` is: as many tables as it takes. */
export function otherTables(report: Report, subject: string): PlainTable[] {
  const others = Object.keys(report.totals.results).filter((name) => name !== subject);
  const tables: PlainTable[] = [];
  while (others.length > 0) tables.push(othersTable(report, subject, others.splice(0, othersInATable)));
  return tables;
}

function othersTable({ layers, totals }: Report, subject: string, names: readonly string[]): PlainTable {
  const row = (results: Readonly<Record<string, Account>>) =>
    names.flatMap((name) => {
      const { cycles, macUtilization } = results[name];
      return [grouped(cycles), percent(macUtilization), times(cycles / results[subject].cycles)];
    });
  return {
    head: [
      ["", ...names.map((name) => ({ content: name, colSpan: 3 }))],
      ["layer", ...names.flatMap(() => ["cycles", "use", `${shortened(subject, 8)} is`])],
    ],
    rows: layers.map(({ name, results }) => [shortened(name, longestName), ...row(results)]),
    foot: [["total", ...row(totals.results)]],
    left: [0],
    shorten: true,
  };
}

/** Where MAC-cycles went that did no useful MAC. */
export interface Loss {
  readonly cause: IdleCause | "uselessProducts";
  readonly share: number;
}

/** A loss in a sentence's end. */
export const lossWords = {
  ...idleCauses,
  uselessProducts: "a factor was zero, or the gradient unwanted",
} as const;

/** All losses, largest first. */
export function losses({ breakdown, macs, cycles }: Account, validMacs: number): Loss[] {
  const causes = Object.keys(idleCauses) as IdleCause[];
  const idle: Loss[] = causes.map((cause) => ({ cause, share: breakdown[cause] / (macs * cycles) }));
  const useless: Loss = {
    cause: "uselessProducts",
    share: (breakdown.busy - validMacs) / (macs * cycles),
  };
  return [useless, ...idle].filter(({ share }) => share > 0).sort((a, b) => b.share - a.share);
}
