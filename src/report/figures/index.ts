import { coverageSentences } from "../coverage.ts";
import { multipliersSentences } from "../multipliers.ts";
import { type Report, subjectOf } from "../report.ts";
import { ablation } from "./ablation.ts";
import { withCaveats } from "./caveats.ts";
import { comparison } from "./comparison.ts";
import { cyclesAndBound } from "./cycles-and-bound.ts";
import { energy } from "./energy.ts";
import type { Figure } from "./figure.ts";
import { peCycles } from "./pe-cycles.ts";
import { roofline } from "./roofline.ts";
import { roundBalance } from "./round-balance.ts";
import { speedup } from "./speedup.ts";
import { utilization } from "./utilization.ts";

/** Every figure that a report can have, in a page's order. A new one is a file and a line here. */
const figures: readonly ((report: Report, subject: string) => Figure[])[] = [
  ...[speedup, utilization, peCycles, roundBalance, cyclesAndBound, roofline, energy, comparison, ablation],
];

/** The figures of a report: those that it has data for. Each says what is left out, and where machines differ in size. */
export function reportFigures(report: Report): Figure[] {
  const caveats = [...coverageSentences(report.coverage), ...multipliersSentences(report)];
  return figures
    .flatMap((figure) => figure(report, subjectOf(report)))
    .map((figure) => withCaveats(figure, caveats));
}
