import { InputError, quoted, unknownName } from "../../input-error.ts";
import type { Report } from "../report.ts";

/** What machines and layers are called in figures, by their names in the report. */
export type Labels = ReadonlyMap<string, string>;

/** Throws `InputError` for a label of what is not `known`. */
export function checkLabels(labels: Labels, known: readonly string[]): void {
  for (const name of labels.keys())
    if (!known.includes(name)) throw unknownName("machine or layer", name, known);
}

/**
 * The same report with other names for some of its machines and layers, for figures. Throws `InputError` for a name that it does not have,
 * and where two machines would be called the same.
 */
export function labelled(report: Report, labels: Labels): Report {
  const { layers, totals, machines, subject } = report;
  checkLabels(labels, [...Object.keys(machines), ...layers.map(({ name }) => name)]);
  const called = (name: string) => labels.get(name) ?? name;
  const names = Object.keys(machines).map(called);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InputError(`--labels calls two machines ${quoted(twice)}`);
  const renamed = <T>(byMachine: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(byMachine).map(([name, value]) => [called(name), value]));
  const results = Object.entries(totals.results).map(([name, result]) => {
    const speedupOver = renamed(result.speedupOver);
    return [called(name), { ...result, speedupOver }] as const;
  });
  return {
    ...report,
    subject: called(subject),
    machines: renamed(machines),
    layers: layers.map((layer) => ({ ...layer, name: called(layer.name), results: renamed(layer.results) })),
    totals: { ...totals, results: Object.fromEntries(results) },
  };
}
