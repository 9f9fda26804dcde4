import { InputError, isRecord, quoted, requireList, requireObject, requireText } from "../input-error.ts";
import { checkDeclarations, defaults } from "../parameter.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { phaseNames } from "../workload/phase.ts";
import { type Accelerator, accelerator, isDeclared } from "./accelerator.ts";
import { MachineFault } from "./check-activity.ts";
import { checkComponents } from "./check-components.ts";
import { knownName } from "./machine.ts";

/** Whether a value is meant as an accelerator, if perhaps a wrong one. */
export const isAcceleratorLike = (value: unknown): value is Record<string, unknown> =>
  isRecord(value) && "simulate" in value && "parameters" in value;

const fields = [
  "title",
  "source",
  "parameters",
  "free",
  "simulate",
  "forward",
  "backward",
  "grows",
  "components",
  "pricedAsLnpu",
];

/**
 * A machine that somebody else wrote, held to what the program takes for granted of its own. `where` stands before each line.
 * What went through `accelerator()` comes back as it is; a plain object goes through it here. Throws `InputError`.
 */
export function checkedAccelerator(where: string, value: unknown): Accelerator {
  requireObject(where, value, ["simulate", "components"]);
  const given = value as Record<string, unknown>;
  const unknown = Object.keys(given).find((name) => !fields.includes(name));
  if (unknown !== undefined)
    throw new InputError(`${where}: unknown field ${quoted(unknown)}; known: ${fields.join(", ")}`);
  for (const name of ["title", "source"]) requireLine(`${where}: ${name}`, given[name]);
  requireList(`${where}: free`, given.free);
  for (const sentence of given.free as unknown[]) requireLine(`${where}: free`, sentence);
  for (const name of ["forward", "backward"])
    if (given[name] !== undefined) requireObject(where, given, [name]);
  checkDeclarations(where, given.parameters);
  checkPricing(where, given.pricedAsLnpu);
  const declared = isDeclared(given) ? (value as Accelerator) : accelerator(value as Accelerator);
  if (knownName(declared) !== undefined) return declared;
  checkGrowth(where, declared);
  const machine = guarded(where, declared);
  machine.components(defaults(machine.parameters));
  return machine;
}

/**
 * The same machine; where one of its functions fails, a line says which, and where in the module. It works on copies and gives
 * copies, so that what it changes or keeps is no other machine's, and all that it is built of is checked each time.
 */
function guarded(where: string, machine: Accelerator): Accelerator {
  const naming = <R>(name: string, work: () => R): R => {
    try {
      return work();
    } catch (error) {
      throw error instanceof InputError
        ? error
        : new MachineFault(`${where}: ${name} fails: ${failure(error)}`);
    }
  };
  const phase =
    (name: string, work: Accelerator["simulate"]): Accelerator["simulate"] =>
    (occupancy, parameters, kernel) =>
      naming(name, () => structuredClone(work(copyOf(occupancy), { ...parameters }, kernel)));
  const { simulate, forward, backward, components } = machine;
  return {
    ...machine,
    simulate: phase("simulate", simulate),
    ...(forward && { forward: phase("forward", forward) }),
    ...(backward && { backward: phase("backward", backward) }),
    components(parameters) {
      const built = naming("components", () => components({ ...parameters }));
      checkComponents(where, built);
      return built;
    },
  };
}

const copyOf = ({ layer, fmap, emap, mask }: Occupancy): Occupancy => ({
  layer: structuredClone(layer),
  fmap: fmap.slice(),
  emap: emap.slice(),
  ...(mask && { mask: mask.slice() }),
});

/** What an error says, and the first place that its stack names. */
export function failure(error: unknown): string {
  const message = (error as Partial<Error> | undefined)?.message;
  const [line] = (typeof message === "string" ? message : quoted(error)).split("\n");
  const place = /([^/\\\s()]+:\d+):\d+\)?$/m.exec((error as Partial<Error>)?.stack ?? "")?.[1];
  return place === undefined ? line : `${line} (${place})`;
}

function requireLine(what: string, value: unknown): void {
  requireText(what, value);
  if (!/^[^\n\r]{1,1000}$/.test(value as string))
    throw new InputError(`${what} must be a line of up to 1000 characters, is ${quoted(value)}`);
}

function checkPricing(where: string, phases: unknown): void {
  if (phases === undefined) return;
  requireList(`${where}: pricedAsLnpu`, phases);
  for (const phase of phases as unknown[])
    if (!phaseNames.some((known) => known === phase))
      throw new InputError(
        `${where}: pricedAsLnpu must name phases, ${phaseNames.join(", ")}, has ${quoted(phase)}`,
      );
}

/** At equal area a machine grows by a number. */
function checkGrowth(where: string, { grows, parameters }: Accelerator): void {
  if (Object.hasOwn(parameters, grows) && typeof parameters[grows].value === "number") return;
  const numbers = Object.keys(parameters).filter((name) => typeof parameters[name].value === "number");
  throw new InputError(
    `${where}: grows must name a parameter that is a number, ${numbers.join(", ") || "of which it has none"}, is ${quoted(grows)}`,
  );
}
