import { knownName, type Machine, type ModuleFile, machineOf, select } from "../accelerators/machine.ts";
import { InputError } from "../input-error.ts";

/** A machine as plain data, which can be sent to another thread. */
export type MachineDescription = Pick<Machine, "label" | "parameters"> &
  ({ readonly known: string } | { readonly module: ModuleFile });

export function describeMachine({ label, accelerator, parameters, module }: Machine): MachineDescription {
  if (module) return { label, parameters, module };
  return { label, parameters, known: knownName(accelerator)! };
}

/** The machine that was described. A module is loaded, once in a thread. Throws `InputError` where its file has changed. */
export async function describedMachine(description: MachineDescription): Promise<Machine> {
  const { label, parameters } = description;
  if ("known" in description) return select(description.known, parameters, label);
  const { path, key, sha256 } = description.module;
  const { loadModule } = await import("./machine-module.ts");
  const [{ accelerator, module }] = await loadModule(key === undefined ? path : `${path}#${key}`, label);
  if (module.sha256 !== sha256) throw new InputError(`${path}: changed during the run`);
  return { ...machineOf(label, accelerator, parameters), module };
}
