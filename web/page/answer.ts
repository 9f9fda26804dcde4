import { grouped, percent, threeDigits, timeOf, times } from "../../src/report/format.ts";
import type { Report } from "../../src/report/report.ts";
import { summary } from "../../src/report/text.ts";
import { whySentences } from "../../src/report/why.ts";
import { at, h, put } from "./element.ts";
import { type Model, unchanged } from "./model.ts";

/** Draws the answer: how long it takes beside its bound, and why it is not faster. */
export function drawAnswer(model: Model): void {
  const { own, done, of, untried, problem } = model;
  const answer = at("answer");
  const whole = own !== undefined && done === of;
  answer.setAttribute("aria-busy", String((!whole || untried > 0) && problem === undefined));
  put(at("status"), ...statusOf(model));
  if (!whole) {
    // the last answer stays, in grey, until there is another one
    if (answer.dataset.answered === undefined) put(at("lead"), "Simulating …");
    return;
  }
  answer.dataset.answered = untried > 0 ? "untried" : "";
  const { ranked = own } = model;
  const { cycles } = own.totals.results[own.subject];
  put(at("lead"), `${grouped(cycles)} cycles, ${times(cycles / own.totals.boundCycles)} the bound`);
  put(at("tiles"), tilesOf(own, ranked));
  const sentences = whySentences(own);
  const words = sentences.length > 0 ? sentences : [`${own.subject} is as fast as its bound in every layer.`];
  put(at("why"), ...words.map((sentence, i) => h("p", { class: i === 0 ? "because" : "soft" }, sentence)));
}

function statusOf({ done, of, untried, waiting, help, problem }: Model): (Node | string)[] {
  if (problem !== undefined) return [h("strong", {}, problem)];
  const missing = help?.missing ?? 0;
  if (untried > 0)
    return [
      h("progress", { max: of, value: of - untried, "aria-label": "layers mapped anew" }),
      ` With the first mapping that fits in ${grouped(untried)} of ${grouped(of)} layers, while better ones are looked for`,
    ];
  if (done < of)
    return [
      h("progress", { max: of, value: done, "aria-label": "layers simulated" }),
      ` ${grouped(done)} of ${grouped(of)} layers simulated`,
    ];
  const left = [
    ...(waiting.length > 0 ? [`machines: ${waiting.join(", ")}`] : []),
    ...(missing > 0 ? [`${missing} changes of the machine`] : []),
  ];
  return left.length > 0 ? [`Still simulating ${left.join("; ")}`] : [];
}

/** Few numbers, large; under each how it stands to the machine as it is declared, where that is another. */
function tilesOf(own: Report, ranked: Report): HTMLElement {
  const { subject, totals, machines } = own;
  const { clockMhz, areaMm2 } = machines[subject];
  const { cycles, macUtilization, energy } = totals.results[subject];
  const before = ranked.totals.results[unchanged];
  const beside = (now: number, then: number | undefined) =>
    then === undefined ? undefined : `${times(now / then)} ${unchanged}`;
  const perMac = (pj: number) => (totals.validMacs > 0 ? threeDigits(pj / totals.validMacs) : "none");
  const tiles: [name: string, value: string, unit: string, note: string | undefined][] = [
    ["Time", ...unitApart(timeOf(cycles, clockMhz)), beside(cycles, before?.cycles)],
    ["MACs in use", ...unitApart(percent(macUtilization)), beside(macUtilization, before?.macUtilization)],
    [
      "Area",
      threeDigits(areaMm2.total),
      "mm²",
      beside(areaMm2.total, ranked.machines[unchanged]?.areaMm2.total),
    ],
    [
      "Energy on chip",
      perMac(energy.onChipPj),
      "pJ a valid MAC",
      beside(energy.onChipPj, before?.energy.onChipPj),
    ],
    ["with DRAM", perMac(energy.totalPj), "pJ a valid MAC", beside(energy.totalPj, before?.energy.totalPj)],
  ];
  return h(
    "dl",
    {},
    ...tiles.map(([name, value, unit, note]) =>
      h(
        "div",
        {},
        h("dt", {}, name),
        h("dd", {}, value, h("small", {}, ` ${unit}`)),
        note && h("dd", { class: "note" }, note),
      ),
    ),
  );
}

/** "61.7 µs" as "61.7" and "µs" */
function unitApart(text: string): [string, string] {
  const space = text.lastIndexOf(" ");
  return [text.slice(0, space), text.slice(space + 1)];
}

/** What a reader could misread, and what is left out: sentences of the report that its other parts do not show. */
export const cautions = (report: Report): string[] =>
  summary(report, report.subject).filter((sentence) => sentence.startsWith("Mind that"));
