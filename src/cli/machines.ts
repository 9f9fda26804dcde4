import { accelerators } from "../accelerators/index.ts";
import { InputError, unknownName } from "../input-error.ts";
import { parseValue } from "../parameter.ts";
import { type Selection, select } from "../report/selection.ts";
import { readMachineFile } from "./machine-file.ts";
import { nameList } from "./name-list.ts";

/** What the command line says about machines, as typed. */
export interface MachineFlags {
  /** names, separated by commas, or `allMachines` */
  readonly accelerators: string;
  /** paths */
  readonly machine?: readonly string[];
  /** machine.parameter=value */
  readonly set?: readonly string[];
}

/** What `--accelerators` says for every machine that there is. */
export const allMachines = "all";

/** The machines of a run: defaults, overridden by machine files, overridden by `--set`. Throws `InputError`. */
export function selectMachines(flags: MachineFlags): Selection[] {
  const known = Object.keys(accelerators);
  const names =
    flags.accelerators.trim() === allMachines ? known : nameList("--accelerators", flags.accelerators, known);
  const given = new Map(names.map((name) => [select(name).name, new Map<string, unknown>()]));
  const of = (flag: string, name: string) => {
    const values = given.get(name);
    if (values) return values;
    throw new InputError(
      `${flag}: accelerator ${JSON.stringify(name)} is not in this run; in it: ${names.join(", ")}`,
    );
  };
  const described = new Set<string>();
  for (const path of flags.machine ?? []) {
    const { accelerator, given: values } = readMachineFile(path);
    if (described.has(accelerator))
      throw new InputError(
        `--machine ${path}: accelerator ${JSON.stringify(accelerator)} already has a file`,
      );
    described.add(accelerator);
    const chosen = of(`--machine ${path}`, accelerator);
    for (const [parameter, value] of Object.entries(values)) chosen.set(parameter, value);
  }
  const set = new Set<string>();
  for (const text of flags.set ?? []) {
    const { machine, parameter, value } = parseSetting(text);
    if (set.has(`${machine}.${parameter}`))
      throw new InputError(`--set ${machine}.${parameter} is given twice`);
    set.add(`${machine}.${parameter}`);
    of(`--set ${text}`, machine).set(parameter, value);
  }
  return names.map((name) => select(name, Object.fromEntries(given.get(name)!)));
}

/** `swg.columns=32`, its value read as the parameter wants it; rules are checked later, with all the others. */
function parseSetting(text: string): { machine: string; parameter: string; value: unknown } {
  const parts = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(text);
  if (!parts)
    throw new InputError(
      `--set must have the form machine.parameter=value, such as swg.columns=32; is ${JSON.stringify(text)}`,
    );
  const [, machine, parameter, value] = parts;
  if (!Object.hasOwn(accelerators, machine))
    throw unknownName("accelerator", machine, Object.keys(accelerators));
  const { parameters } = accelerators[machine];
  const known = Object.hasOwn(parameters, parameter);
  return { machine, parameter, value: known ? parseValue(parameters[parameter], value) : value };
}
