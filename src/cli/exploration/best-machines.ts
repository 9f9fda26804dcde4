import { knownName, subjectOf } from "../../accelerators/machine.ts";
import { jsonText } from "../../report/format.ts";
import { type FileSet, textBytes } from "../../report/write-report.ts";
import { bestPoints, type Exploration } from "../../sweep/exploration.ts";
import { kebab } from "../../sweep/exploration-figures.ts";
import type { SearchRuns } from "./search-runs.ts";

/**
 * For each objective `machine-OBJECTIVE.json`: all parameters of the machine that is best in it, as `--machine` reads them. None of a
 * machine from a module, which such a file cannot name.
 */
export function bestMachines(runs: SearchRuns, exploration: Exploration): FileSet {
  const files = bestPoints(exploration).flatMap(({ values }, i) => {
    const { accelerator, parameters, module } = subjectOf(runs.pointAt(values).machines);
    const name = module ? undefined : knownName(accelerator);
    const file = `machine-${kebab(exploration.objectives[i].name)}.json`;
    return name === undefined
      ? []
      : [[file, textBytes(jsonText({ accelerator: name, parameters }))] as const];
  });
  return Object.fromEntries(files);
}
