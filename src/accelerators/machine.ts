import { unknownName } from "../input-error.ts";
import { type Parameters, type ParameterValues, withValues } from "../parameter.ts";
import type { Accelerator } from "./accelerator.ts";
import { accelerators } from "./index.ts";

/** One machine of a run: an accelerator with every parameter decided, under the name that the run has for it. */
export interface Machine<P extends Parameters = Parameters> {
  /** one of its own in a run: what reports, figures and `--set` call it */
  readonly label: string;
  readonly accelerator: Accelerator<P>;
  readonly parameters: ParameterValues<P>;
  /** of an accelerator that the program does not bring: the file that it came from */
  readonly module?: ModuleFile;
}

/** A file with accelerators of somebody's own. */
export interface ModuleFile {
  /** as it was typed */
  readonly path: string;
  /** which accelerator of the file, where it has several */
  readonly key?: string;
  /** of the file's bytes, in hexadecimal; what it imports is not in it */
  readonly sha256: string;
}

/**
 * An accelerator as a machine of a run, its defaults overridden by `given`. Throws `InputError` for a parameter that it does
 * not have or a value that cannot be.
 */
export const machineOf = <P extends Parameters>(
  label: string,
  accelerator: Accelerator<P>,
  given: Partial<ParameterValues<P>> = {},
): Machine<P> => ({
  label,
  accelerator,
  parameters: withValues(label, accelerator.parameters, given as Readonly<Record<string, unknown>>),
});

/** The same of an accelerator that the program brings, by its name, which also throws where there is none of that name. */
export function select(
  name: string,
  given: Readonly<Record<string, unknown>> = {},
  label: string = name,
): Machine {
  if (!Object.hasOwn(accelerators, name)) throw unknownName("accelerator", name, Object.keys(accelerators));
  return machineOf(label, accelerators[name], given as ParameterValues<Parameters>);
}

/** The same machine with some parameters changed. Throws `InputError` as `machineOf`. */
export const withParameters = (machine: Machine, given: Readonly<Record<string, unknown>>): Machine => ({
  ...machine,
  parameters: withValues(machine.label, machine.accelerator.parameters, {
    ...machine.parameters,
    ...given,
  }),
});

/** The name by which the program knows an accelerator; undefined for one from outside. */
export const knownName = (accelerator: Accelerator): string | undefined =>
  Object.keys(accelerators).find((name) => accelerators[name] === accelerator);

/** Whether a machine is SWG, whatever its parameters. */
export const isSwg = ({ accelerator }: Machine): boolean => accelerator === accelerators.swg;

/** The machine that a run is about and holds the others against: its first SWG, else its first. */
export const subjectOf = (machines: readonly Machine[]): Machine => machines.find(isSwg) ?? machines[0];
