import type { Layer } from "../workload/layer.ts";
import { describeLeftOut } from "./left-out.ts";
import { listsSteps, type PlannedTensor } from "./planned-tensors.ts";
import type { Trace } from "./trace.ts";

/** The header of a swg-trace file: 8 bytes of little-endian length, JSON, blanks up to a multiple of 8. */
export function encodeHeader(steps: readonly Trace[], tensors: readonly PlannedTensor[]): Uint8Array {
  let begin = 0;
  const entries = tensors.map(({ key, dtype, shape, bytes }): [string, unknown] => {
    const end = begin + bytes;
    const entry = { dtype, shape, data_offsets: [begin, end] };
    begin = end;
    return [key, entry];
  });
  // fromEntries makes own properties, so a layer named __proto__ is a name like any other
  const text = JSON.stringify(Object.fromEntries([["__metadata__", metadataOf(steps, tensors)], ...entries]));
  const json = new TextEncoder().encode(text);
  const padded = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + padded).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(padded), true);
  header.set(json, 8);
  return header;
}

/** Every value is a string, as safetensors wants it. */
function metadataOf(steps: readonly Trace[], tensors: readonly PlannedTensor[]): Record<string, string> {
  const [{ labels, layers }] = steps;
  const { network, dataset, framework } = labels;
  const version = needsVersion2(steps, tensors) ? "2" : "1";
  const shared: Shared = {
    batch: labels.batch,
    layers: JSON.stringify(layers.map(describeLayer)),
    leftOut: sharedLeftOut(steps),
  };
  return {
    format: "swg-trace",
    version,
    network,
    dataset,
    ...(framework !== undefined && { framework }),
    ...(listsSteps(steps)
      ? { steps: JSON.stringify(steps.map((step) => describeStep(step, shared))) }
      : { step: `${labels.step}` }),
    batch: `${labels.batch}`,
    layers: shared.layers,
    ...(shared.leftOut !== undefined && { left_out: shared.leftOut }),
  };
}

/** What the metadata says of all steps that say nothing else; lists as JSON. */
interface Shared {
  readonly batch: number;
  readonly layers: string;
  /** undefined: each step lists its own, or none */
  readonly leftOut: string | undefined;
}

const needsVersion2 = (steps: readonly Trace[], tensors: readonly PlannedTensor[]): boolean =>
  listsSteps(steps) ||
  steps[0].labels.framework !== undefined ||
  steps[0].coverage !== undefined ||
  tensors.some(({ bits }) => bits);

/** What the first step leaves out; nothing where another step does not know, which no entry of `steps` could say. */
const sharedLeftOut = (steps: readonly Trace[]): string | undefined =>
  steps.every(({ coverage }) => coverage) ? JSON.stringify(describeLeftOut(steps[0])) : undefined;

/** A step as `steps` lists it: what differs from the metadata, of all steps alike. */
function describeStep(trace: Trace, { batch, layers: shared, leftOut: sharedLeftOut }: Shared) {
  const { labels, layers } = trace;
  const own = layers.map(describeLayer);
  const leftOut = describeLeftOut(trace);
  return {
    step: labels.step,
    ...(labels.optimizerStep !== undefined && { optimizer_step: labels.optimizerStep }),
    ...(labels.batch !== batch && { batch: labels.batch }),
    ...(JSON.stringify(own) !== shared && { layers: own }),
    ...(leftOut && JSON.stringify(leftOut) !== sharedLeftOut && { left_out: leftOut }),
  };
}

/** The layer as the file lists it, its fields in the format's order; equal paddings are written as [y, x]. */
function describeLayer({ name, type, N, C, H, W, K, P, Q, R, S, stride, padding, dilation, groups }: Layer) {
  const [top, left, bottom, right] = padding;
  const edges = top === bottom && left === right ? [top, left] : padding;
  return { name, type, N, C, H, W, K, P, Q, R, S, stride, padding: edges, dilation, groups };
}
