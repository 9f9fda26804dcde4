import { InputError } from "../input-error.ts";
import type { Layer } from "../workload/layer.ts";
import { isRecord, parseBoundedJson, quoted } from "./bounded-json.ts";
import { parseLayerEntries, parseLayerList } from "./layer-list.ts";
import { type CoverageOf, parseLeftOut, parseLeftOutText } from "./left-out.ts";
import { type Metadata, noTrace } from "./safetensors.ts";
import type { TraceLabels } from "./trace.ts";

/** One step as a file's metadata describes it. */
export interface StepDescription {
  readonly labels: TraceLabels;
  readonly layers: readonly Layer[];
  /** what stands before the layer's name in the names of its tensors: "100/", or nothing */
  readonly prefix: string;
  /** absent: the file does not say what was left out */
  readonly coverageOf?: CoverageOf;
}

/**
 * The version and the steps that the metadata of a swg-trace file describe, one or more; FORMAT.md says how.
 * `tensors` is how many the file has. Throws `InputError`, `file` in front.
 */
export function parseSteps(
  file: string,
  metadata: Metadata,
  tensors: number,
): { version: 1 | 2; steps: readonly StepDescription[] } {
  const format = metadata.get("format");
  if (format !== "swg-trace") {
    const rule =
      typeof format === "string"
        ? `unknown metadata format ${quoted(format)}; known: swg-trace`
        : `metadata format must be a string, is ${quoted(format)}`;
    throw new InputError(`${file}: ${rule}; ${noTrace(tensors)}`);
  }
  const version = text(file, metadata, "version");
  if (version !== "1" && version !== "2")
    throw new InputError(`${file}: unknown swg-trace version ${quoted(version)}; known: 1, 2`);
  const network = text(file, metadata, "network");
  const dataset = text(file, metadata, "dataset");
  const framework =
    version === "2" && metadata.has("framework") ? text(file, metadata, "framework") : undefined;
  const labelled = (step: number, batch?: number, optimizerStep?: number): TraceLabels => ({
    network,
    dataset,
    step,
    batch: batch ?? count(file, "metadata batch", text(file, metadata, "batch")),
    ...(optimizerStep !== undefined && { optimizerStep }),
    ...(framework !== undefined && { framework }),
  });
  const coverageOf =
    version === "2" && metadata.has("left_out")
      ? parseLeftOutText(file, "metadata left_out", metadata.get("left_out"))
      : undefined;
  if (version === "2" && metadata.has("steps"))
    return { version: 2, steps: parseStepList(file, metadata, tensors, labelled, coverageOf) };
  const labels = labelled(count(file, "metadata step", text(file, metadata, "step")));
  const layers = parseLayerList(file, metadata.get("layers"));
  const step = { labels, layers, prefix: "", ...(coverageOf && { coverageOf }) };
  return { version: version === "1" ? 1 : 2, steps: [step] };
}

function parseStepList(
  file: string,
  metadata: Metadata,
  tensors: number,
  labelled: (step: number, batch?: number, optimizerStep?: number) => TraceLabels,
  ofAllSteps: CoverageOf | undefined,
): StepDescription[] {
  const json = parseBoundedJson(text(file, metadata, "steps"));
  if ("problem" in json) throw new InputError(`${file}: metadata steps ${json.problem}; must be a JSON list`);
  if (!Array.isArray(json.value) || json.value.length === 0)
    throw new InputError(
      `${file}: metadata steps must be a JSON list of one step or more, is ${quoted(json.value)}`,
    );
  // before anything is made for each
  if (json.value.length > tensors)
    throw new InputError(
      `${file}: metadata steps must be fewer than the file's ${tensors} tensors, are ${json.value.length}`,
    );
  const shared = metadata.has("layers") ? parseLayerList(file, metadata.get("layers")) : undefined;
  const seen = new Set<number>();
  return json.value.map((entry) => {
    const fields = typeof entry === "number" ? { step: entry } : entry;
    if (!isRecord(fields))
      throw new InputError(`${file}: a step must be a whole number or an object, is ${quoted(entry)}`);
    const step = count(file, "step", fields.step);
    if (seen.has(step)) throw new InputError(`${file}: step ${step} is listed twice`);
    seen.add(step);
    const own = (field: string) =>
      fields[field] === undefined ? undefined : count(file, `step ${step}: ${field}`, fields[field]);
    const layers =
      fields.layers === undefined ? shared : parseLayerEntries(file, fields.layers, `step ${step}: layers`);
    if (!layers)
      throw new InputError(
        `${file}: step ${step} must list its layers, or the metadata those of all steps; neither does`,
      );
    const coverageOf =
      fields.left_out === undefined
        ? ofAllSteps
        : parseLeftOut(file, `step ${step}: left_out`, fields.left_out);
    return {
      labels: labelled(step, own("batch"), own("optimizer_step")),
      layers,
      prefix: `${step}/`,
      ...(coverageOf && { coverageOf }),
    };
  });
}

function text(file: string, metadata: Metadata, key: string): string {
  const value = metadata.get(key);
  if (typeof value === "string") return value;
  throw new InputError(`${file}: metadata ${key} must be a string, is ${quoted(value)}`);
}

/** A whole number, as JSON or, as every value of the metadata is, as text. */
function count(file: string, what: string, value: unknown): number {
  if (/^\d{1,15}$/.test(String(value)) && (typeof value === "string" || typeof value === "number"))
    return Number(value);
  throw new InputError(`${file}: ${what} must be a whole number, is ${quoted(value)}`);
}
