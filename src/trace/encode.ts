import { InputError, requireList, requireObject } from "../input-error.ts";
import type { Layer } from "../workload/layer.ts";
import { layerProblem } from "../workload/layer-rules.ts";
import { packBits } from "./bits.ts";
import { quoted } from "./bounded-json.ts";
import { encodeHeader } from "./encode-header.ts";
import { describeLeftOut, parseLeftOut } from "./left-out.ts";
import { listsSteps, type PlannedTensor, plannedTensors } from "./planned-tensors.ts";
import { checkFinite, checkMask, encodeValues } from "./tensor-values.ts";
import { hasValues, type Trace, type ValueType } from "./trace.ts";

/**
 * Training steps as the bytes of a swg-trace file, in pieces: the header, then each tensor. A layer is read when its turn
 * comes, so steps of any size pass through. One step with nothing that version 1 lacks is written as version 1. Throws
 * `InputError` (`file` in front) for what `readTraceFile` would refuse, and for a value that is not of the type that
 * `contents` says. The same steps give the same bytes.
 */
export function* encodeTrace(file: string, steps: readonly Trace[]): Generator<Uint8Array> {
  checkSteps(file, steps);
  const planned = steps.map((step) => plannedTensors(step, listsSteps(steps)));
  yield encodeHeader(steps, planned.flat(2));
  for (const [i, step] of steps.entries())
    for (const [j, { name }] of step.layers.entries()) yield* layerBytes(file, step, name, planned[i][j]);
}

function* layerBytes(
  file: string,
  step: Trace,
  name: string,
  tensors: readonly PlannedTensor[],
): Generator<Uint8Array> {
  const values = hasValues(step.contents(name)) ? step.read(name) : undefined;
  const flags = values ? undefined : step.occupancy(name);
  for (const tensor of tensors) {
    const where = `${file}: tensor ${quoted(tensor.key)}`;
    const data = tensor.role === "weightGradient" ? values?.weightGradient : (values ?? flags)?.[tensor.role];
    if (!data) throw new InputError(`${where} was announced, but is missing`);
    yield tensorBytes(where, tensor, data);
  }
}

function tensorBytes(
  where: string,
  { dtype, bits, elements }: PlannedTensor,
  data: Float32Array | Float64Array | Uint8Array,
): Uint8Array {
  const needed = elements.reduce((product, size) => product * size, 1);
  if (data.length !== needed)
    throw new InputError(`${where}: shape ${quoted(elements)} needs ${needed} elements, has ${data.length}`);
  if (data instanceof Uint8Array) {
    checkMask(where, data, elements);
    return bits ? packBits(data) : data;
  }
  checkFinite(where, data, elements);
  return encodeValues(where, dtype as ValueType, data, elements);
}

function checkSteps(file: string, steps: readonly Trace[]): void {
  requireSteps(file, steps);
  const numbers = steps.map(({ labels }) => labels.step);
  const seen = new Set<number>();
  const twice = numbers.find((step) => seen.has(step) || !seen.add(step));
  if (twice !== undefined) throw new InputError(`${file}: step ${twice} is listed twice`);
  for (const key of ["network", "dataset", "framework"] as const) {
    const other = steps.find(({ labels }) => labels[key] !== steps[0].labels[key]);
    if (other)
      throw new InputError(
        `${file}: steps must be of one ${key}, are of ${quoted(steps[0].labels[key])} and ${quoted(other.labels[key])}`,
      );
  }
  for (const { layers } of steps) checkLayers(file, layers);
  for (const step of steps) if (step.coverage) parseLeftOut(file, "left_out", describeLeftOut(step));
}

/** Throws `InputError` for what is no list of training steps, or an empty one. */
export function requireSteps(file: string, steps: readonly Trace[]): void {
  requireList("steps", steps);
  if (steps.length === 0) throw new InputError(`${file}: a trace must have one step or more, has none`);
  for (const step of steps) {
    requireObject("a step", step, ["contents", "read", "occupancy"]);
    requireObject("labels of a step", step.labels);
    requireList("layers of a step", step.layers);
  }
}

function checkLayers(file: string, layers: readonly Layer[]): void {
  const names = new Set<string>();
  for (const layer of layers) {
    const rule = layerProblem(layer) ?? (names.has(layer.name) ? "is listed twice" : undefined);
    if (rule) throw new InputError(`${file}: layer ${quoted(layer?.name)}: ${rule}`);
    names.add(layer.name);
  }
}
