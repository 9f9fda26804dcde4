import { InputError, unknownName } from "../../input-error.ts";
import type { Layer } from "../../workload/layer.ts";
import { quoted } from "../bounded-json.ts";
import type { ByteSource } from "../byte-source.ts";
import { type CoverageOf, parseLeftOutText } from "../left-out.ts";
import type { TraceFile } from "../swg-trace.ts";
import type { Trace, TraceLabels } from "../trace.ts";
import { type LayerMembers, type Setting, settings } from "./given-arrays.ts";
import { type LayerArrays, layerContents, type Role, readArrays, readFlags, roles } from "./layer-arrays.ts";
import { layerOf } from "./layer-shape.ts";
import { type NpyArray, npyIntegers, openNpy } from "./npy.ts";
import { npyJson, npyName, npyNames, oneOf } from "./npy-texts.ts";

/** Of all steps together; text of one character takes four bytes. */
const LARGEST_LEFT_OUT_BYTES = 2 ** 25;
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
  "layout",
  "kernel_layout",
] as const;

/** The arrays of one step, `100/` off their names, or those that stand for all steps. */
interface Arrays {
  readonly descriptions: Map<string, NpyArray>;
  /** By layer, in the order of the file: its tensors and what describes it. */
  readonly layers: Map<string, LayerMembers>;
}

/**
 * A trace whose tensors are NumPy arrays by the names of FORMAT.md, "NumPy": the members of a .npz, or the files of a folder,
 * `.npy` off their names. Every header is read and checked now, a layer's values when they are asked for. Throws
 * `InputError`, `file` in front.
 */
export function readNumpyTrace(file: string, members: ReadonlyMap<string, ByteSource>): TraceFile {
  refuseOtherArrays(file, [...members.keys()]);
  const { common, numbered } = arraysBySteps(file, members);
  if (numbered.length > 0) refuseOutsideSteps(file, common, numbered[0].step);
  refuseWithoutMaps(file, [common, ...numbered.map(({ arrays }) => arrays)]);
  // read once, however many steps share it
  const coverageOfAll = coverageOfArrays(file, common);
  const steps = numbered.map(({ step, arrays }) => {
    const coverage = coverageOfArrays(file, arrays) ?? coverageOfAll;
    return stepOf(file, arrays, common, coverage, step);
  });
  if (steps.length === 0) steps.push(stepOf(file, common, emptyArrays(), coverageOfAll));
  return { source: file, version: 2, steps };
}

/** The arrays of a step that its number stands before, by the folder that it is in a name. */
interface NumberedArrays {
  readonly step: number;
  readonly folder: string;
  readonly arrays: Arrays;
}

/** All arrays, opened, in the order of the file: those in steps, and those outside, which are of all steps or of the only one. */
function arraysBySteps(
  file: string,
  members: ReadonlyMap<string, ByteSource>,
): { common: Arrays; numbered: NumberedArrays[] } {
  const common = emptyArrays();
  const numbered = new Map<number, NumberedArrays>();
  let leftOutBytes = 0;
  // a file that says which step it holds has no steps in its names
  const single = members.has("step");
  for (const [member, source] of members) {
    checkMemberName(file, member);
    const { folder, name } = single ? { folder: undefined, name: member } : stepFolder(file, member);
    const arrays = folder === undefined ? common : arraysOfStep(file, folder, numbered);
    const array = openNpy(`${file}: array ${quoted(member)}`, source);
    if (name === "left_out") leftOutBytes += source.size;
    if (leftOutBytes > LARGEST_LEFT_OUT_BYTES)
      throw new InputError(
        `${file}: arrays left_out have more than ${LARGEST_LEFT_OUT_BYTES} bytes together; at most so many are read`,
      );
    place(arrays, file, member, name, array);
  }
  return { common, numbered: [...numbered.values()] };
}

/** Those of the step whose folder is `folder`, in `numbered` from now on. */
function arraysOfStep(file: string, folder: string, numbered: Map<number, NumberedArrays>): Arrays {
  const step = Number(folder);
  const found = numbered.get(step) ?? { step, folder, arrays: emptyArrays() };
  if (found.folder !== folder)
    throw new InputError(`${file}: step ${step} is there twice, as ${found.folder}/ and ${folder}/`);
  numbered.set(step, found);
  return found.arrays;
}

/** "0100/c.fmap": the folder of step 100, "0100", and the name in it. Throws `InputError` for a step in words. */
function stepFolder(file: string, member: string): { folder?: string; name: string } {
  const [, folder, name] = /^(?:(\d{1,15})\/)?(.+)$/s.exec(member)!;
  const [, word, digits] = /^(step|iter|iteration|epoch|batch)[_-]?(\d+)\//i.exec(member) ?? [];
  if (word === undefined) return { folder, name };
  throw new InputError(
    `${file}: array ${quoted(member)}: a step is a number alone before the slash, "${digits}/"; an array "step" makes ${quoted(`${word}...`)} part of the layers' names`,
  );
}

const emptyArrays = (): Arrays => ({ descriptions: new Map(), layers: new Map() });

/** Weights, or arrays without names: a file that holds no map at all is something else. */
function refuseOtherArrays(file: string, names: readonly string[]): void {
  if (names.some((name) => /\.[fe]map$/.test(name))) return;
  const found =
    names.length === 0
      ? "has no arrays"
      : `has no map of a layer among its ${names.length} arrays, the first of which is ${quoted(names[0])}`;
  throw new InputError(`${file}: ${found}; a trace has LAYER.fmap and LAYER.emap`);
}

/** Nothing is written by these names, but what reads like a way out of a folder is no layer. */
function checkMemberName(file: string, member: string): void {
  const parts = member.split("/");
  if (!member.includes("\\") && parts.every((part) => part !== "" && !part.startsWith("."))) return;
  throw new InputError(
    `${file}: array ${quoted(member)}: name must be LAYER.fmap or STEP/LAYER.fmap or alike, its parts separated by "/" and none empty or beginning with a dot`,
  );
}

/** A map beside those of steps: whoever saved it did not mean the numbers as steps. */
function refuseOutsideSteps(file: string, common: Arrays, step: number): void {
  for (const [layer, arrays] of common.layers)
    for (const role of ["fmap", "emap", "weight_gradient"] as const)
      if (arrays[role])
        throw new InputError(
          `${file}: array ${quoted(`${layer}.${role}`)} belongs to no step, beside others of step ${step}; an array "step" makes numbers before a slash part of the layers' names`,
        );
}

/** Arrays of a layer that has a map nowhere: half a layer, or a name that is misspelt. */
function refuseWithoutMaps(file: string, steps: readonly Arrays[]): void {
  const isMapped = ({ fmap, emap }: LayerMembers) => fmap !== undefined || emap !== undefined;
  const mapped = new Set(
    steps.flatMap(({ layers }) => [...layers].flatMap(([name, arrays]) => (isMapped(arrays) ? [name] : []))),
  );
  for (const { layers } of steps)
    for (const [name, arrays] of layers)
      if (!mapped.has(name))
        throw new InputError(
          `${file}: array ${quoted(`${name}.${Object.keys(arrays)[0]}`)} belongs to a layer without ${quoted(`${name}.fmap`)} and ${quoted(`${name}.emap`)}`,
        );
}

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
  const names = listed ? npyNames(listed) : found;
  const known = new Set(names);
  const unlisted = found.find((name) => !known.has(name));
  if (unlisted !== undefined)
    throw new InputError(`${listed!.where}: layer ${quoted(unlisted)} is not listed`);
  if (names.length === 0)
    throw new InputError(`${file}: ${step === undefined ? "" : `step ${step} `}has no arrays of a layer`);
  const [layout, kernelLayout] = [label("layout"), label("kernel_layout")];
  const converted = (["network", "dataset", "batch", "layers"] as const).every(label);
  const ofAllLayers = { ...(layout && { layout }), ...(kernelLayout && { kernel_layout: kernelLayout }) };
  const byName = new Map<string, { layer: Layer; arrays: LayerArrays }>();
  for (const name of names) {
    if (byName.has(name)) throw new InputError(`${listed!.where}: layer ${quoted(name)} is listed twice`);
    // what describes a layer may stand for all steps
    const arrays = { ...ofAllLayers, ...common.layers.get(name), ...own.layers.get(name) };
    byName.set(name, layerOf(file, name, arrays, converted && isInFull(arrays)));
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

/** As `swg convert` has always written a convolution, before it wrote a `layout` as well: its maps have their channels first. */
const isInFull = ({ stride, padding, dilation }: LayerMembers): boolean =>
  stride?.shape.join() === "2" && padding?.shape.join() === "4" && dilation?.shape.join() === "2";

function coverageOfArrays(file: string, { descriptions }: Arrays): CoverageOf | undefined {
  const array = descriptions.get("left_out");
  if (!array) return undefined;
  return parseLeftOutText(file, "array left_out", npyJson(array));
}

function labelsOf(
  file: string,
  label: (name: (typeof descriptions)[number]) => NpyArray | undefined,
  layers: readonly Layer[],
  step?: number,
): TraceLabels {
  const text = (name: "network" | "dataset" | "framework") => {
    const array = label(name);
    return array && npyName(array);
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
    network: text("network") ?? baseName(file),
    dataset: text("dataset") ?? "unknown",
    step: step ?? count("step") ?? 0,
    batch: count("batch") ?? layers[0].N,
    ...(framework !== undefined && { framework }),
    ...(optimizerStep !== undefined && { optimizerStep }),
  };
}

/** "runs/step.npz" is "step". */
const baseName = (path: string): string =>
  path
    .replace(/[/\\]+$/, "")
    .replace(/^.*[/\\]/, "")
    .replace(/\.npz$/i, "") || "unknown";
