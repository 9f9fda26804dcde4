import { InputError } from "../input-error.ts";
import type { Layer } from "../workload/layer.ts";
import { fieldProblem, isSize, largestSize, layerContradiction } from "../workload/layer-rules.ts";
import { isRecord, parseBoundedJson, quoted } from "./bounded-json.ts";

/** The layers that the metadata entry `layers` of a swg-trace file lists, checked. Throws `InputError`. */
export function parseLayerList(file: string, text: unknown): Layer[] {
  if (typeof text !== "string")
    throw new InputError(
      `${file}: metadata layers must be a string that holds a JSON list, is ${quoted(text)}`,
    );
  const json = parseBoundedJson(text);
  if ("problem" in json)
    throw new InputError(`${file}: metadata layers ${json.problem}; must be a JSON list`);
  return parseLayerEntries(file, json.value, "metadata layers");
}

/** The layers of a list that is already JSON; `what` names it in messages. Throws `InputError`. */
export function parseLayerEntries(file: string, value: unknown, what: string): Layer[] {
  if (!Array.isArray(value))
    throw new InputError(`${file}: ${what} must be a JSON list, is ${quoted(value)}`);
  if (value.length === 0) throw new InputError(`${file}: ${what} must list one layer or more, is []`);
  const names = new Set<string>();
  return value.map((entry, index) => {
    const layer = parseLayer(file, entry, index);
    if (names.has(layer.name)) throw new InputError(`${file}: layer ${quoted(layer.name)} is listed twice`);
    names.add(layer.name);
    return layer;
  });
}

function parseLayer(file: string, entry: unknown, index: number): Layer {
  if (!isRecord(entry))
    throw new InputError(`${file}: layer ${index} must be an object, is ${quoted(entry)}`);
  const name = entry.name;
  if (typeof name !== "string" || name === "")
    throw new InputError(`${file}: layer ${index}: name must be text, is ${quoted(name)}`);
  const fail = (rule: string) => new InputError(`${file}: layer ${quoted(name)}: ${rule}`);
  const problem = fieldProblem(entry);
  if (problem) throw fail(problem);
  const { type, N, C, H, W, K, P, Q, R, S, stride, dilation, groups } = entry as unknown as Layer;
  const padding = edges(entry.padding, fail);
  const layer: Layer = { name, type, N, C, H, W, K, P, Q, R, S, groups, stride, padding, dilation };
  const contradiction = layerContradiction(layer);
  if (contradiction) throw fail(contradiction);
  return layer;
}

function edges(
  value: unknown,
  fail: (rule: string) => InputError,
): readonly [number, number, number, number] {
  if (Array.isArray(value) && value.every((v) => isSize(v, 0))) {
    if (value.length === 2) return [value[0], value[1], value[0], value[1]];
    if (value.length === 4) return [value[0], value[1], value[2], value[3]];
  }
  const forms = `[y, x] or [top, left, bottom, right], whole numbers from 0 to ${largestSize}`;
  throw fail(`padding must be ${forms}, is ${quoted(value)}`);
}
