import { type IdleCause, idleCauses } from "../events.ts";
import { grouped, inWords, percent, shortened, times } from "./format.ts";
import { plainTable } from "./plain-table.ts";
import type { LayerReport, LayerResult, Report } from "./report.ts";

const longestName = 20;

/** What layers and totals have in common here. */
type Account = Pick<LayerResult, "cycles" | "macs" | "macUtilization" | "breakdown">;

/** What there is to do in each layer, and the least cycles that it could take. */
export function workTable({ layers, totals }: Report): string {
  const row = (name: string, work: Pick<LayerReport, "denseMacs" | "validMacs" | "boundCycles">) => [
    name,
    grouped(work.denseMacs),
    grouped(work.validMacs),
    work.validMacs > 0 ? times(work.denseMacs / work.validMacs) : "none",
  ];
  return plainTable({
    head: [
      ["", "", "", "ideal", { content: "nonzero", colSpan: 2 }, "", "bound,", ""],
      ["layer", "dense MACs", "valid MACs", "speedup", "fmap", "emap", "mask", "cycles", "bound by"],
    ],
    rows: layers.map((layer) => [
      ...row(shortened(layer.name, longestName), layer),
      ...[layer.densities.fmap, layer.densities.emap, layer.densities.mask].map(percent),
      grouped(layer.boundCycles),
      layer.boundBy,
    ]),
    foot: [[...row("total", totals), "", "", "", grouped(totals.boundCycles), ""]],
    left: [0, 8],
  });
}

/** Machines that one table has room for beside the subject. */
const othersInATable = 2;

/** Cycles and utilisation of each machine, how much faster `subject` is, and where it loses most: as many tables as it takes. */
export function machineTables(report: Report, subject: string): string {
  const others = Object.keys(report.totals.results).filter((name) => name !== subject);
  const tables = [machineTable(report, [subject, ...others.splice(0, othersInATable)])];
  while (others.length > 0) tables.push(machineTable(report, [subject, ...others.splice(0, othersInATable)]));
  return tables.join("\n");
}

function machineTable({ layers, totals }: Report, names: readonly string[]): string {
  const [subject] = names;
  const row = (results: Readonly<Record<string, Account>>, validMacs: number) => {
    const own = results[subject];
    const machines = names.map((name) => {
      const { cycles, macUtilization } = results[name];
      const numbers = [grouped(cycles), percent(macUtilization)];
      return name === subject ? numbers : [...numbers, times(cycles / own.cycles)];
    });
    const [worst] = losses(own, validMacs);
    const loss = worst ? `${inWords(worst.cause)} ${percent(worst.share)}` : "none";
    return [...machines.flat(), loss];
  };
  const spans = names.map((name) => ({ content: name, colSpan: name === subject ? 2 : 3 }));
  const headings = names.map((name) =>
    name === subject ? ["cycles", "use"] : ["cycles", "use", `${subject} is`],
  );
  return plainTable({
    head: [
      ["", ...spans, "largest loss"],
      ["layer", ...headings.flat(), `of ${subject}`],
    ],
    rows: layers.map(({ name, results, validMacs }) => [
      shortened(name, longestName),
      ...row(results, validMacs),
    ]),
    foot: [["total", ...row(totals.results, totals.validMacs)]],
    left: [0, names.length * 3],
  });
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
