import { InputError } from "../input-error.ts";
import type { Layer } from "../workload/layer.ts";
import { isRecord, parseBoundedJson, quoted } from "./bounded-json.ts";
import type { Coverage, LeftOut } from "./coverage.ts";
import type { OccupancySource } from "./occupancy.ts";

/** Reports print each text on a line. */
const LONGEST_TEXT = 2000;

/** What a step of these layers holds of its network, given what was left out. */
export type CoverageOf = (layers: readonly Layer[]) => Coverage;

/** The list `left_out` of a file's metadata, as JSON text. `what` names it in messages. Throws `InputError`. */
export function parseLeftOutText(file: string, what: string, text: unknown): CoverageOf {
  if (typeof text !== "string")
    throw new InputError(`${file}: ${what} must be a string that holds a JSON list, is ${quoted(text)}`);
  const json = parseBoundedJson(text);
  if ("problem" in json) throw new InputError(`${file}: ${what} ${json.problem}; must be a JSON list`);
  return parseLeftOut(file, what, json.value);
}

/** The same, where it is JSON already. */
export function parseLeftOut(file: string, what: string, value: unknown): CoverageOf {
  if (!Array.isArray(value))
    throw new InputError(`${file}: ${what} must be a JSON list, is ${quoted(value)}`);
  return coverageOf(value.map((entry) => parseEntry(file, what, entry)));
}

/** Steps share what was left out, so its names are gathered once for all of them. */
export function coverageOf(leftOut: readonly LeftOut[]): CoverageOf {
  const missing = new Set(leftOut.flatMap(({ names, weights }) => (weights ? names.map(operatorOf) : [])));
  return (layers) => {
    const recorded = new Set(layers.map(({ name }) => operatorOf(name)));
    const both = [...recorded].filter((name) => missing.has(name)).length;
    return { operatorsWithWeights: missing.size + recorded.size - both, leftOut, notes: [] };
  };
}

/** What a step leaves out, as a file lists it; undefined where it is not known. */
export const describeLeftOut = ({ coverage }: OccupancySource) =>
  coverage?.leftOut.map(({ operator, why, names, weights }) => ({ operator, why, names, weights }));

/** A module that ran twice gives the layers `c` and `c#1`. */
const operatorOf = (name: string): string => name.replace(/#\d+$/, "");

function parseEntry(file: string, what: string, entry: unknown): LeftOut {
  const fail = (rule: string) => new InputError(`${file}: ${what}: ${rule}`);
  if (!isRecord(entry))
    throw fail(`an entry must be an object {operator, why, names, weights}, is ${quoted(entry)}`);
  const { operator, why, names, weights } = entry;
  const text = (field: string, value: unknown): string => {
    if (typeof value === "string" && value.length >= 1 && value.length <= LONGEST_TEXT) return value;
    throw fail(`${field} must be text of 1 to ${LONGEST_TEXT} characters, is ${quoted(value)}`);
  };
  if (!Array.isArray(names) || names.length === 0)
    throw fail(`names must be a list of one name or more, is ${quoted(names)}`);
  if (typeof weights !== "boolean") throw fail(`weights must be true or false, is ${quoted(weights)}`);
  return {
    operator: text("operator", operator),
    why: text("why", why),
    names: names.map((name) => text("a name", name)),
    weights,
  };
}
