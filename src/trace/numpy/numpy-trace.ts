import { InputError, unknownName } from "../../input-error.ts";
import type { Layer } from "../../workload/layer.ts";
import { quoted } from "../bounded-json.ts";
import type { ByteSource } from "../byte-source.ts";
import { type CoverageOf, parseLeftOutText } from "../left-out.ts";
import type { TraceFile } from "../swg-trace.ts";
import type { Trace, TraceLabels } from "../trace.ts";
import { type LayerArrays, layerContents, type Role, readArrays, readFlags, roles } from "./layer-arrays.ts";
import { layerOf, type Setting, settings } from "./layer-shape.ts";
import { type NpyArray, npyIntegers, npyTexts, openNpy } from "./npy.ts";

const LARGEST_TEXT_BYTES = 2 ** 20;
/** A list of JSON names many layers. */
const LARGEST_LEFT_OUT_BYTES = 2 ** 24;
/** Arrays that describe a step, or all of them. */
const descriptions = [
  "network",
  "dataset",
  "framework",
  "step",
  "batch",
  "optimizer_step",
  "layers",
  "left_out",
] as const;

/** The arrays of one step, `100/` off their names, or those that stand for all steps. */
interface Arrays {
  readonly descriptions: Map<string, NpyArray>;
  /** By layer, in the order of the file: its tensors and what describes it. */
  readonly layers: Map<string, Partial<Record<Role | Setting, NpyArray>>>;
}

/**
 * A trace whose tensors are NumPy arrays by the names of FORMAT.md, "NumPy": the members of a .npz, or the files of a folder,
 * `.npy` off their names. Every header is read and checked now, a layer's values when they are asked for. Throws
 * `InputError`, `file` in front.
 */
export function readNumpyTrace(file: string, members: ReadonlyMap<string, ByteSource>): TraceFile {
  const numbered = new Map<number, Arrays>();
  const common: Arrays = emptyArrays();
  for (const [member, source] of members) {
    const [, digits, name] = /^(?:(0|[1-9]\d{0,14})\/)?([^/\\]+)$/.exec(member) ?? [];
    if (name === undefined || member.startsWith("."))
      throw new InputError(
        `${file}: array ${quoted(member)}: name must be LAYER.fmap or STEP/LAYER.fmap or alike`,
      );
    const step = digits === undefined ? undefined : Number(digits);
    if (step !== undefined && !numbered.has(step)) numbered.set(step, emptyArrays());
    const arrays = step === undefined ? common : numbered.get(step)!;
    place(arrays, file, member, name, openNpy(`${file}: array ${quoted(member)}`, source));
  }
  if (common.layers.size === 0 && numbered.size === 0)
    throw new InputError(`${file}: has no arrays of a layer; a trace has LAYER.fmap and LAYER.emap`);
  // read once, however many steps share it
  const coverageOfAll = coverageOfArrays(file, common);
  const steps =
    numbered.size > 0
      ? [...numbered].map(([step, arrays]) => {
          const coverage = coverageOfArrays(file, arrays) ?? coverageOfAll;
          return stepOf(file, arrays, common, coverage, step);
        })
      : [stepOf(file, common, emptyArrays(), coverageOfAll)];
  return { source: file, version: 2, steps };
}

const emptyArrays = (): Arrays => ({ descriptions: new Map(), layers: new Map() });

function place(
  { descriptions: labels, layers }: Arrays,
  file: string,
  member: string,
  name: string,
  array: NpyArray,
) {
  const known: readonly string[] = [...roles, ...settings];
  if (descriptions.some((label) => label === name)) return labels.set(name, array);
  const dot = name.lastIndexOf(".");
  const part = name.slice(dot + 1);
  if (dot < 1 || !known.includes(part))
    throw new InputError(
      `${file}: unknown array ${quoted(member)}; known: ${[...known.map((role) => `LAYER.${role}`), ...descriptions].join(", ")}`,
    );
  const layer = name.slice(0, dot);
  if (!layers.has(layer)) layers.set(layer, {});
  layers.get(layer)![part as Role | Setting] = array;
}

/** One step; what it does not say of itself, `common` says of all. */
function stepOf(
  file: string,
  own: Arrays,
  common: Arrays,
  coverage: CoverageOf | undefined,
  step?: number,
): Trace {
  const label = (name: (typeof descriptions)[number]) =>
    own.descriptions.get(name) ?? common.descriptions.get(name);
  const listed = label("layers");
  const found = [...own.layers]
    .filter(([, arrays]) => roles.some((role) => arrays[role]))
    .map(([name]) => name);
  const names = listed ? npyTexts(listed, LARGEST_TEXT_BYTES) : found;
  const known = new Set(names);
  const unlisted = found.find((name) => !known.has(name));
  if (unlisted !== undefined)
    throw new InputError(`${listed!.where}: layer ${quoted(unlisted)} is not listed`);
  if (names.length === 0)
    throw new InputError(`${file}: ${step === undefined ? "" : `step ${step} `}has no arrays of a layer`);
  const byName = new Map<string, { layer: Layer; arrays: LayerArrays }>();
  for (const name of names) {
    if (byName.has(name)) throw new InputError(`${listed!.where}: layer ${quoted(name)} is listed twice`);
    // maps and gradients are each step's own; what describes a layer may stand for all steps
    const { fmap, emap, weight_gradient, ...shared } = common.layers.get(name) ?? {};
    byName.set(name, layerOf(file, name, { ...shared, ...own.layers.get(name) }));
  }
  const layers = [...byName.values()].map(({ layer }) => layer);
  const labels = labelsOf(file, label, layers, step);
  const find = (name: string) => {
    const found = byName.get(name);
    if (!found) throw unknownName("layer", name, byName.keys());
    return found;
  };
  return {
    source: file,
    labels,
    layers,
    ...(coverage && { coverage: coverage(layers) }),
    contents: (name) => layerContents(find(name).arrays),
    read: (name) => readArrays(file, find(name).layer, find(name).arrays),
    occupancy: (name) => readFlags(find(name).layer, find(name).arrays),
  };
}

function coverageOfArrays(file: string, { descriptions }: Arrays): CoverageOf | undefined {
  const array = descriptions.get("left_out");
  if (!array) return undefined;
  return parseLeftOutText(file, "array left_out", oneOf(array, npyTexts(array, LARGEST_LEFT_OUT_BYTES)));
}

function labelsOf(
  file: string,
  label: (name: (typeof descriptions)[number]) => NpyArray | undefined,
  layers: readonly Layer[],
  step?: number,
): TraceLabels {
  const text = (name: "network" | "dataset" | "framework") => {
    const array = label(name);
    return array && oneOf(array, npyTexts(array, LARGEST_TEXT_BYTES));
  };
  const count = (name: "step" | "batch" | "optimizer_step") => {
    const array = label(name);
    const value = array && oneOf(array, npyIntegers(array, 1));
    if (value !== undefined && !(value >= 0 && value < 1e15))
      throw new InputError(`${array!.where}: must be a whole number, is ${value}`);
    return value;
  };
  const framework = text("framework");
  const optimizerStep = count("optimizer_step");
  return {
    ...{ network: text("network") ?? baseName(file), dataset: text("dataset") ?? "unknown" },
    ...{ step: step ?? count("step") ?? 0, batch: count("batch") ?? layers[0].N },
    ...(framework !== undefined && { framework }),
    ...(optimizerStep !== undefined && { optimizerStep }),
  };
}

function oneOf<T>({ where, shape }: NpyArray, values: readonly T[]): T {
  if (values.length === 1) return values[0];
  throw new InputError(`${where}: must hold one value, has the shape ${quoted(shape)}`);
}

/** "runs/step.npz" is "step". */
const baseName = (path: string): string =>
  path
    .replace(/[/\\]+$/, "")
    .replace(/^.*[/\\]/, "")
    .replace(/\.npz$/i, "") || "unknown";
