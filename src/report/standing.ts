import { allOf, grouped, shortened, times } from "./format.ts";
import type { Report } from "./report.ts";

/** Where `subject` loses to another machine of the run, in cycles and in energy, or that it does not: a sentence each. */
export function standing(report: Report, subject: string): string[] {
  const others = Object.keys(report.totals.results).filter((name) => name !== subject);
  return others.length > 0 ? [inCycles(report, subject, others), inEnergy(report, subject, others)] : [];
}

function inCycles({ layers, totals }: Report, subject: string, others: readonly string[]): string {
  const { speedupOver } = totals.results[subject];
  const slower = others.filter((other) => speedupOver[other] < 1);
  const inLayers = others
    .filter((other) => !slower.includes(other))
    .map((other) => ({ other, layers: layersLost(layers, subject, other) }))
    .filter(({ layers }) => layers.length > 0);
  const named = inLayers.map(({ other, layers: lost }) => {
    const [first] = lost;
    return `${other} (${lost.length === 1 ? shortened(first.name, 20) : `${grouped(lost.length)} of ${layers.length}`})`;
  });
  const parts = [
    ...(slower.length > 0
      ? [
          `than ${allOf(slower.map((other) => `${other} (${times(1 / speedupOver[other])})`))} over all layers`,
        ]
      : []),
    ...(named.length > 0 ? [`than ${allOf(named)} in single layers`] : []),
  ];
  return parts.length > 0
    ? `${subject} takes more cycles ${parts.join(", and ")}.`
    : `No other machine of this run takes fewer cycles than ${subject}, in any layer.`;
}

const layersLost = (layers: Report["layers"], subject: string, other: string) =>
  layers.filter(({ results }) => results[other].cycles < results[subject].cycles);

/** "1.34x"; what would be "1.00x" is "by less than 1 %" */
const more = (ratio: number): string => (times(ratio) === times(1) ? "by less than 1 %" : times(ratio));

function inEnergy({ totals }: Report, subject: string, others: readonly string[]): string {
  const parts = (["onChipPj", "totalPj"] as const).flatMap((pj) => {
    const ratio = (other: string) => totals.results[subject].energy[pj] / totals.results[other].energy[pj];
    const lost = others.filter((other) => ratio(other) > 1);
    const where = pj === "onChipPj" ? "on chip" : "with DRAM";
    return lost.length > 0
      ? [`than ${allOf(lost.map((other) => `${other} (${more(ratio(other))})`))} ${where}`]
      : [];
  });
  return parts.length > 0
    ? `${subject} takes more energy ${parts.join(", and ")}.`
    : `No other machine of this run takes less energy than ${subject}, on chip or with DRAM.`;
}
