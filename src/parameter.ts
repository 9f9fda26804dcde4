import { InputError, quoted, requireList, requireObject, requireText, requireWhole } from "./input-error.ts";

/** A machine's parameter, declared once: CLI flags, listings and machine files are drawn from it. */
export type Parameter = NumberParameter | SwitchParameter | ChoiceParameter;

/** A whole number, its default and its unit; `about` says what it is in a few words. */
export interface NumberParameter {
  readonly value: number;
  readonly unit: string;
  readonly about: string;
  /** inclusive range of whole numbers; 1 to 1024 unless stated */
  readonly min?: number;
  readonly max?: number;
}

/** Something that is on or off, and its default. */
export interface SwitchParameter {
  readonly value: boolean;
  readonly about: string;
}

/** One of a few names, and its default. */
export interface ChoiceParameter {
  readonly value: string;
  readonly choices: readonly string[];
  readonly about: string;
}

/** A machine's parameters by name. */
export type Parameters = Readonly<Record<string, Parameter>>;

type Widen<T> = T extends number ? number : T extends boolean ? boolean : T;

/** The values of declared parameters; a choice keeps its names as its type. */
export type ParameterValues<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends { choices: readonly (infer C)[] } ? C : Widen<P[K]["value"]>;
};

export function defaults<P extends Parameters>(parameters: P): ParameterValues<P> {
  const entries = Object.entries(parameters).map(([name, p]) => [name, p.value]);
  return Object.fromEntries(entries) as ParameterValues<P>;
}

/** The rule that a value breaks, in words; undefined when it is fine. */
function brokenRule(parameter: Parameter, value: unknown): string | undefined {
  if ("choices" in parameter)
    return parameter.choices.includes(value as string)
      ? undefined
      : `must be one of ${parameter.choices.join(", ")}`;
  if (typeof parameter.value === "boolean")
    return typeof value === "boolean" ? undefined : "must be true or false";
  const { min = 1, max = 1024 } = parameter as NumberParameter;
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max
    ? undefined
    : `must be a whole number from ${min} to ${max}`;
}

/** Defaults overridden by `given`, every value checked. `owner` names the machine in messages. */
export function withValues<P extends Parameters>(
  owner: string,
  parameters: P,
  given: Readonly<Record<string, unknown>>,
): ParameterValues<P> {
  requireObject(`parameters of ${owner}`, given);
  const values: Record<string, unknown> = { ...defaults(parameters) };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(parameters, name))
      throw new InputError(
        `unknown parameter "${owner}.${name}"; known: ${Object.keys(parameters).join(", ")}`,
      );
    const rule = brokenRule(parameters[name], value);
    if (rule) throw new InputError(`parameter ${owner}.${name} ${rule}, got ${quoted(value)}`);
    values[name] = value;
  }
  return values as ParameterValues<P>;
}

/** Throws `InputError` unless `values` has a value for every declared parameter, as `withValues` gives, and no other. */
export function checkValues(owner: string, parameters: Parameters, values: object): void {
  requireObject(`parameters of ${owner}`, values);
  withValues(owner, parameters, values as Readonly<Record<string, unknown>>);
  for (const name of Object.keys(parameters))
    if (!Object.hasOwn(values, name))
      throw new InputError(`parameter ${owner}.${name} is missing; \`select\` fills in those not given`);
}

/**
 * Holds what somebody else declares as parameters to what flags, listings and files make of them. `where` stands before each
 * line. Throws `InputError`.
 */
export function checkDeclarations(where: string, parameters: unknown): void {
  requireObject(`${where}: parameters`, parameters);
  for (const [name, parameter] of Object.entries(parameters as object)) {
    const what = `${where}: parameter ${quoted(name)}`;
    if (!/^[A-Za-z][A-Za-z0-9]{0,63}$/.test(name) || name in {})
      throw new InputError(`${what} must be named by a letter and then up to 63 letters and digits`);
    requireObject(what, parameter);
    requireText(`${what}: about`, parameter.about);
    checkDeclaration(what, parameter);
  }
}

function checkDeclaration(what: string, parameter: Readonly<Record<string, unknown>>): void {
  const { value, choices, unit, min, max } = parameter;
  if (choices !== undefined) {
    requireList(`${what}: choices`, choices);
    for (const choice of choices as unknown[]) requireText(`${what}: choices`, choice);
  } else if (typeof value !== "boolean") {
    requireText(`${what}: unit`, unit);
    for (const bound of [min, max])
      if (bound !== undefined) requireWhole(`${what}: min and max`, bound, 0, 2 ** 53 - 1);
  }
  const rule = brokenRule(parameter as unknown as Parameter, value);
  if (rule) throw new InputError(`${what}: value ${rule}, is ${quoted(value)}`);
}

/** Reads a value typed on the command line, in the form that its parameter asks for. */
export function parseValue(parameter: Parameter, text: string): unknown {
  if (typeof parameter.value === "number") return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  if (typeof parameter.value === "boolean") return text === "true" ? true : text === "false" ? false : text;
  return text;
}
