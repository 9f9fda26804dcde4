import type { LeftOut } from "../trace/coverage.ts";
import type { OccupancySource } from "../trace/occupancy.ts";
import { counted, grouped, percent } from "./format.ts";

/** What of its network a report's numbers hold, and what not. */
export interface ReportCoverage {
  /** layers of the trace or the network, all of which have weights */
  readonly layers: number;
  /** names of those that were not asked for (`--layers`) and are in no number of the report */
  readonly notAskedFor: readonly string[];
  /** operators of the network that have weights, those left out among them; absent where the source does not say */
  readonly operatorsWithWeights?: number;
  /** how many of these are left out, and are in no number of the report */
  readonly leftOutWithWeights: number;
  /** what the trace or the network lacks, by reason; operators without weights have no weight gradient to miss */
  readonly leftOut: readonly LeftOut[];
  /** the source's first layer, where BP was asked for and the layer was run: BP's numbers are without it */
  readonly withoutBp?: string;
  /** what was assumed in reading the source, a whole sentence each */
  readonly notes: readonly string[];
}

/** Of the layers of a source with these names; of all of them by default. */
export function reportCoverage(
  { layers, coverage }: Pick<OccupancySource, "layers" | "coverage">,
  run: readonly { readonly name: string }[] = layers,
): ReportCoverage {
  const names = new Set(run.map(({ name }) => name));
  const leftOut = coverage?.leftOut ?? [];
  const withWeights = leftOut.filter(({ weights }) => weights);
  return {
    layers: layers.length,
    notAskedFor: layers.map(({ name }) => name).filter((name) => !names.has(name)),
    ...(coverage && { operatorsWithWeights: coverage.operatorsWithWeights }),
    leftOutWithWeights: withWeights.reduce((sum, { names }) => sum + names.length, 0),
    leftOut,
    notes: coverage?.notes ?? [],
  };
}

/** "Left out: 5 of 58 operators with weights (8.6 %); their gradients are in none of these numbers." */
function leftOutSentence({ leftOutWithWeights: missing, operatorsWithWeights }: ReportCoverage): string {
  const all = Math.max(operatorsWithWeights ?? 0, missing);
  const whose = missing === 1 ? "its gradient is" : "their gradients are";
  return (
    `Left out: ${grouped(missing)} of ${counted(all, "operator")} with weights (${percent(missing / all)}); ` +
    `${whose} in none of these numbers.`
  );
}

/** What a reader of a number alone must know: a sentence for what is left out, and one for what was not asked for. */
export function coverageSentences(coverage: ReportCoverage): string[] {
  const { leftOutWithWeights, notAskedFor, layers } = coverage;
  const run = layers - notAskedFor.length;
  return [
    ...(leftOutWithWeights > 0 ? [leftOutSentence(coverage)] : []),
    ...(notAskedFor.length > 0
      ? [`These numbers are of ${grouped(run)} of ${counted(layers, "layer")}, chosen by --layers.`]
      : []),
  ];
}
