import { existsSync } from "node:fs";
import { InputError, unknownName } from "../input-error.ts";
import { counted, printable } from "../report/format.ts";
import { openTraceFile } from "../trace/file.ts";
import { convolutionTopology, gemmTopology } from "../trace/topology/encode.ts";
import { type ProblemDensities, timeloopProblem } from "../trace/topology/timeloop-problem.ts";
import { writeWholeFile } from "../trace/whole-file.ts";
import { denseMacs, type Layer } from "../workload/layer.ts";
import { networks } from "../workload/networks/index.ts";
import type { LayerZeros } from "../workload/networks/network.ts";
import { type Phase, phaseNames } from "../workload/phase.ts";
import type { Io } from "./io.ts";
import { dimensionsOf, imagesOf, isNetworkFile, networkOf } from "./network-file.ts";

/** What the command line says of shapes to write, as typed. */
export interface ShapeFlags {
  readonly force?: boolean;
  readonly gemm?: boolean;
  readonly phase?: string;
  readonly layer?: string;
  readonly batch?: string;
  readonly dimension?: readonly string[];
}

/** Whether a name is that of a file of shapes: a topology of SCALE-Sim, or a problem of Timeloop. */
export const isShapeFile = (name: string): boolean => /\.(csv|ya?ml)$/i.test(name);

/** Whether a name is that of a network, which has no values to convert. */
export const isNetwork = (name: string): boolean =>
  isNetworkFile(name) || (Object.hasOwn(networks, name) && !existsSync(name));

/** Layers whose shapes are written, and what is known of their zeros. */
interface Shapes {
  readonly layers: readonly Layer[];
  readonly batch: number;
  readonly from: string;
  readonly zeros?: ReadonlyMap<string, LayerZeros>;
  readonly densities?: (layer: string) => ProblemDensities;
}

const isTopologyName = (name: string): boolean => /\.csv$/i.test(name);

/** Throws `InputError` for what the format that is written cannot say, and for a file that is there already. */
function checkFlags(to: string, { gemm, phase, layer, force }: ShapeFlags): void {
  const topology = isTopologyName(to);
  if (topology && layer !== undefined)
    throw new InputError("--layer goes with FILE.yaml, which holds one layer");
  if (!topology && gemm) throw new InputError("--gemm goes with FILE.csv, which SCALE-Sim reads");
  if (topology && !gemm && phase !== undefined)
    throw new InputError(
      "--phase goes with --gemm or FILE.yaml: a convolution in FILE.csv is of every phase",
    );
  if (existsSync(to) && !force) throw new InputError(`${to}: exists already; --force replaces it`);
}

/** Writes a network's or a trace's shapes as SCALE-Sim or Timeloop read them. Throws `InputError`. */
export function convertShapes(from: string, to: string, flags: ShapeFlags, io: Io): void {
  const topology = isTopologyName(to);
  const { gemm, phase, layer } = flags;
  checkFlags(to, flags);
  const shapes = isNetwork(from) ? networkShapes(from, flags) : traceShapes(from, flags);
  const chosen = topology ? shapes.layers : [onlyLayer(shapes, from, layer)];
  const text = topology
    ? topologyText(shapes, gemm ? phaseOf(phase ?? "ff") : undefined)
    : timeloopProblem(chosen[0], phaseOf(phase ?? "wg"), shapes.densities?.(chosen[0].name));
  writeWholeFile(to, [new TextEncoder().encode(text)]);
  const images = topology && !gemm ? 1 : shapes.batch;
  const macs = chosen.reduce((sum, one) => sum + denseMacs(one), 0);
  io.err(
    `wrote ${printable(to)}: ${counted(chosen.length, "layer")} of ${shapes.from}, ${counted(images, "image")}, ` +
      `${counted((macs / shapes.batch) * images, "dense MAC")} a phase\n`,
  );
}

function topologyText({ layers, batch, zeros }: Shapes, phase: Phase | undefined): string {
  const rows = layers.map((layer) => ({ layer, mask: zeros?.get(layer.name)?.mask }));
  return phase === undefined ? convolutionTopology(rows, batch) : gemmTopology(rows, phase);
}

function phaseOf(name: string): Phase {
  const phase = phaseNames.find((known) => known === name);
  if (phase === undefined) throw unknownName("phase", name, phaseNames);
  return phase;
}

function onlyLayer({ layers }: Shapes, from: string, name: string | undefined): Layer {
  if (name === undefined && layers.length === 1) return layers[0];
  if (name === undefined)
    throw new InputError(
      `${from}: has ${layers.length} layers; FILE.yaml holds one, such as --layer ${layers[0].name}`,
    );
  const found = layers.find((layer) => layer.name === name);
  if (found) return found;
  throw unknownName(
    "layer",
    name,
    layers.map((layer) => layer.name),
  );
}

/** One image of a network by default, whatever else would be. */
function networkShapes(name: string, { batch: asked = "1", dimension }: ShapeFlags): Shapes {
  const dimensions = dimension && dimensionsOf(dimension);
  const { network } = networkOf(name, imagesOf(asked), dimensions);
  const batch = imagesOf(asked);
  return { layers: network.layers(batch), batch, from: printable(name), zeros: network.zeros };
}

/** A trace's first step: its images, and its zeros. */
function traceShapes(path: string, { batch, dimension }: ShapeFlags): Shapes {
  const stray = batch !== undefined ? "batch" : dimension && "dimension";
  if (stray) throw new InputError(`--${stray} goes with a network, not with a trace`);
  const [step] = openTraceFile(path).steps;
  const share = (flags: Uint8Array | undefined) =>
    flags ? flags.reduce((sum, flag) => sum + flag, 0) / flags.length : 1;
  return {
    layers: step.layers,
    batch: step.labels.batch,
    from: `step ${step.labels.step}`,
    densities: (layer) => {
      const { fmap, emap, mask } = step.occupancy(layer);
      return { fmap: share(fmap), emap: share(emap), mask: share(mask) };
    },
  };
}
