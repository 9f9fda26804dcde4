import type { Accelerator } from "../accelerators/accelerator.ts";
import { accelerators } from "../accelerators/index.ts";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { unknownName } from "../input-error.ts";
import { defaults, type Parameters, type ParameterValues, withValues } from "../parameter.ts";

/** A machine of a run, every parameter decided. */
export interface Selection {
  readonly name: string;
  readonly accelerator: Accelerator;
  readonly parameters: ParameterValues<Parameters>;
}

/** A known machine, its defaults overridden by `given`. Throws `InputError` for a name or value that cannot be. */
export function select(name: string, given: Readonly<Record<string, unknown>> = {}): Selection {
  if (!Object.hasOwn(accelerators, name)) throw unknownName("accelerator", name, Object.keys(accelerators));
  const accelerator = accelerators[name];
  return { name, accelerator, parameters: withValues(name, accelerator.parameters, given) };
}

/** The SWG parameters of a run, which decide every layer's bound; the defaults where SWG is not in it. */
export function swgParametersOf(selections: readonly Selection[]): SwgParameters {
  const swg = selections.find(({ accelerator }) => accelerator === accelerators.swg);
  return swg ? (swg.parameters as unknown as SwgParameters) : defaults(swgParameters);
}
