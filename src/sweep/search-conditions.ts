import { type Machine, subjectOf } from "../accelerators/machine.ts";
import { areaMm2 } from "../report/machine-report.ts";
import type { Pricing } from "../report/pricing.ts";
import type { SweepAxis } from "./axis.ts";
import { type Lookup, parseCondition, type Value } from "./condition.ts";
import { meanOf, measures } from "./measures.ts";
import type { PointResult } from "./point.ts";
import type { PointValues } from "./space.ts";

/** A point as conditions see it; without a result it is not simulated yet. */
export interface JudgedPoint {
  readonly values: PointValues;
  readonly machines: readonly Machine[];
  readonly pricing: Pricing;
  readonly result?: PointResult;
}

/** Which points of a search count. */
export interface SearchConditions {
  /** what can be said before a point is simulated */
  readonly allowsBefore: (point: JudgedPoint) => boolean;
  /** the rest */
  readonly allowsAfter: (point: JudgedPoint) => boolean;
}

/**
 * Reads `--where`. A name is an axis, a parameter, or one of `measures` (over several works their geometric mean), the latter
 * two of the machine that the search is about or, as LABEL.NAME, of another. A parameter goes before a measure of the same
 * name. `given`: the machines before anything changed. Throws `InputError`.
 */
export function searchConditions(
  text: string | undefined,
  axes: readonly SweepAxis[],
  given: readonly Machine[],
): SearchConditions {
  if (text === undefined) return { allowsBefore: () => true, allowsAfter: () => true };
  const example: Lookup = (name) => {
    const axis = axes.find((one) => one.name === name && !isParameter(name, given));
    if (axis) return axis.values[0];
    const { machine, own } = placeOf(name, given);
    if (!machine) return undefined;
    if (Object.hasOwn(machine.parameters, own)) return machine.parameters[own] as Value;
    return Object.hasOwn(measures, own) ? 0 : undefined;
  };
  const isLate = (name: string) => {
    const { machine, own } = placeOf(name, given);
    const isMeasure = machine && !Object.hasOwn(machine.parameters, own) && Object.hasOwn(measures, own);
    return isMeasure && !measures[own].still;
  };
  const parts = parseCondition(text, example, knownNames(axes, given));
  const late = parts.filter(({ names }) => names.some(isLate));
  const early = parts.filter((part) => !late.includes(part));
  return {
    allowsBefore: (point) => early.every(({ holds }) => holds(lookupIn(point))),
    allowsAfter: (point) => late.every(({ holds }) => holds(lookupIn(point))),
  };
}

/** The machine that a name is of, and what it calls there. */
function placeOf(
  name: string,
  machines: readonly Machine[],
): { readonly machine: Machine | undefined; readonly own: string } {
  const [label, own] = name.split(".");
  if (own === undefined) return { machine: subjectOf(machines), own: label };
  return { machine: machines.find((one) => one.label === label), own };
}

function isParameter(name: string, machines: readonly Machine[]): boolean {
  const { machine, own } = placeOf(name, machines);
  return machine !== undefined && Object.hasOwn(machine.parameters, own);
}

const lookupIn =
  ({ values, machines, pricing, result }: JudgedPoint): Lookup =>
  (name) => {
    const { machine, own } = placeOf(name, machines);
    if (machine && Object.hasOwn(machine.parameters, own)) return machine.parameters[own] as Value;
    if (Object.hasOwn(values, name)) return values[name];
    if (own === "areaMm2") return areaMm2(machine!, pricing);
    if (own === "multipliers") return machine!.accelerator.components(machine!.parameters).macs;
    return meanOf(own, result!, machine!.label);
  };

function knownNames(axes: readonly SweepAxis[], machines: readonly Machine[]): string[] {
  const others = axes.map(({ name }) => name).filter((name) => !isParameter(name, machines));
  const own = Object.keys(subjectOf(machines).parameters);
  const labelled = machines.map(({ label }) => `${label}.PARAMETER`);
  return [...others, ...Object.keys(measures), ...labelled, ...own];
}
