import { type IdleCause, idleCauses } from "../../src/events.ts";
import {
  counted,
  grouped,
  inWords,
  percent,
  printable,
  shortened,
  threeDigits,
  times,
} from "../../src/report/format.ts";
import type { PlainTable } from "../../src/report/plain-table.ts";
import type { Report } from "../../src/report/report.ts";
import type { Compared } from "./compared.ts";
import { at, h, put } from "./element.ts";
import type { Model } from "./model.ts";
import { tableOf } from "./plain-table.ts";

/** Layers of a table at most. */
const mostRows = 300;

/** Draws what was pinned beside what the page is about: totals and layers, each with its difference. */
export function drawSideBySide({ own, done, of, compared }: Model): void {
  const section = at("compare").parentElement!;
  section.hidden = compared.length === 0;
  if (section.hidden || !own || done < of) return;
  const whole = compared.filter((one): one is Whole => one.report !== undefined);
  const waiting = compared.filter(({ report, problem }) => !report && problem === undefined);
  const refused = compared.flatMap(({ pin, problem }) =>
    problem === undefined ? [] : [`${pin.label}: ${problem}.`],
  );
  put(
    at("compare"),
    h(
      "ul",
      { class: "works" },
      ...[["now", wordsOf(own)], ...whole.map(({ pin, report }) => [pin.label, wordsOf(report)])].map(
        ([label, work]) => h("li", {}, h("b", {}, label), ` ${work}`),
      ),
    ),
    ...whole.map((one) => h("p", {}, verdictOn(own, one))),
    ...(whole.length > 0
      ? [
          tableOf(totalsTable(own, whole), "This and what was pinned, all layers"),
          tableOf(layersTable(own, whole), "This and what was pinned, layer by layer"),
        ]
      : []),
    waiting.length > 0
      ? h("p", { class: "soft" }, `Still simulating: ${waiting.map(({ pin }) => pin.label).join(", ")}.`)
      : undefined,
    ...refused.map((text) => h("p", { class: "soft" }, text)),
  );
}

interface Whole extends Compared {
  readonly report: Report;
}

/** The work of a report and its machine, in a line. */
function wordsOf({ trace, pricing, layers, machines, subject }: Report): string {
  const { network, dataset, step, batch } = trace;
  const { parameters, declared, accelerator } = machines[subject];
  const changed = Object.keys(declared).map((name) => `${inWords(name)} ${parameters[name]}`);
  return printable(
    `${shortened(network, 40)} on ${shortened(dataset, 40)}, training step ${step}, batch ${batch}, ${counted(layers.length, "layer")}; ` +
      `${[shortened(accelerator ?? subject, 30), ...changed].join(", ")}; ${pricing.nm} nm beside ${pricing.dram}`,
  );
}

/** Area x cycles, by which machines are ranked: less is better for its area. */
const ownTime = ({ machines, subject, totals }: Report): number =>
  machines[subject].areaMm2.total * totals.results[subject].cycles;

/** Which is better for its area, or that no such thing can be said of other work. */
function verdictOn(own: Report, { pin: { label }, report }: Whole): string {
  if (own.totals.denseMacs !== report.totals.denseMacs || own.totals.validMacs !== report.totals.validMacs)
    return `Mind that ${label} is of other work: its cycles are not for the same products.`;
  const ratio = ownTime(own) / ownTime(report);
  if (ratio === 1) return `For their area this and ${label} are as good: they take as much mm2 x cycles.`;
  const [better, worse, share] = ratio < 1 ? ["this", label, ratio] : [label, "this", 1 / ratio];
  return `For its area ${better} is better: it takes ${times(share)} the mm2 x cycles of ${worse}.`;
}

type Measure = readonly [words: string, of: (report: Report) => number, text: (value: number) => string];

const shareOf =
  (cause: string) =>
  (report: Report): number => {
    const { breakdown, macs, cycles } = result(report);
    return breakdown[cause as IdleCause] / (macs * cycles);
  };

const result = ({ subject, totals }: Report) => totals.results[subject];

const measures: readonly Measure[] = [
  ["cycles", (report) => result(report).cycles, grouped],
  ["cycles of the bound", ({ totals }) => totals.boundCycles, grouped],
  ["cycles / bound", (report) => result(report).cycles / report.totals.boundCycles, times],
  ["valid MACs", ({ totals }) => totals.validMacs, grouped],
  ["MACs in use", (report) => result(report).macUtilization, percent],
  ["area, mm2", ({ machines, subject }) => machines[subject].areaMm2.total, threeDigits],
  ["mm2 x cycles", ownTime, grouped],
  ["energy on chip, µJ", (report) => result(report).energy.onChipPj / 1e6, threeDigits],
  ["energy with DRAM, µJ", (report) => result(report).energy.totalPj / 1e6, threeDigits],
  ...Object.keys(idleCauses).map((cause): Measure => [`waits: ${inWords(cause)}`, shareOf(cause), percent]),
];

/** now, then each pin, and what this has more than it, or less. */
const headOf = (first: string, whole: readonly Whole[]): string[] => [
  first,
  "now",
  ...whole.flatMap(({ pin: { label } }) => [label, `now - ${label}`, `now / ${label}`]),
];

function totalsTable(own: Report, whole: readonly Whole[]): PlainTable {
  const seen = measures.filter(([, of]) =>
    [own, ...whole.map(({ report }) => report)].some((one) => of(one) !== 0),
  );
  const rows = seen.map(([words, of, text]) => {
    const now = of(own);
    return [words, text(now), ...whole.flatMap(({ report }) => differenceOf(now, of(report), text))];
  });
  return { head: [headOf("", whole)], rows, left: [0] };
}

/** Cycles of each layer of this, and of the layers of the same names. */
function layersTable(own: Report, whole: readonly Whole[]): PlainTable {
  const cyclesOf = ({ layers, subject }: Report) =>
    new Map(layers.map(({ name, results }) => [name, results[subject].cycles]));
  const [now, ...others] = [own, ...whole.map(({ report }) => report)].map(cyclesOf);
  const names = [...new Set([now, ...others].flatMap((cycles) => [...cycles.keys()]))].slice(0, mostRows);
  const rows = names.map((name) => [
    shortened(name, 28),
    now.has(name) ? grouped(now.get(name)!) : "none",
    ...others.flatMap((cycles) => differenceOf(now.get(name), cycles.get(name), grouped)),
  ]);
  return { head: [headOf("cycles of", whole)], rows, left: [0] };
}

function differenceOf(
  now: number | undefined,
  then: number | undefined,
  text: (value: number) => string,
): string[] {
  if (then === undefined) return ["none", "", ""];
  if (now === undefined) return [text(then), "", ""];
  const sign = now > then ? "+" : now < then ? "-" : "";
  return [text(then), sign + text(Math.abs(then - now)), then > 0 ? times(now / then) : ""];
}
