import { InputError, unknownName } from "../input-error.ts";
import { type DensityOverrides, parseDensities } from "../trace/density.ts";
import { openTrace, openTraceFile } from "../trace/file.ts";
import type { OccupancySource } from "../trace/occupancy.ts";
import type { TraceFile } from "../trace/swg-trace.ts";
import { syntheticTraceOf } from "../trace/synthetic.ts";
import type { Trace } from "../trace/trace.ts";
import { nameList } from "./name-list.ts";
import { dimensionsOf, imagesOf, networkOf } from "./network-file.ts";
import { whole } from "./whole-number.ts";

/** What the command line says about the training step to run, as typed. */
export interface StepFlags {
  readonly trace?: string;
  readonly steps?: string;
  readonly network?: string;
  readonly batch?: string;
  readonly seed?: string;
  readonly density?: string;
  readonly zeros?: string;
  readonly dimension?: readonly string[];
}

/** Where a training step comes from: plain data, from which a worker opens it again. */
export type StepSource = CapturedSource | MadeUpSource;

interface CapturedSource {
  readonly trace: string;
  readonly step: number;
}

interface MadeUpSource {
  readonly network: string;
  /** by default as many as `networkOf` says */
  readonly images?: number;
  /** sizes of those that an ONNX file leaves open */
  readonly dimensions?: ReadonlyMap<string, number>;
  readonly seed: number;
  readonly zeros: (typeof kindsOfZeros)[number];
  readonly densities?: DensityOverrides;
}

/** A training step that has been opened, and where it came from. */
export interface TrainingStep<T extends OccupancySource = OccupancySource> {
  readonly source: StepSource;
  readonly trace: T;
}

const kindsOfZeros = ["fitted", "coins"] as const;
const withNetwork = ["batch", "seed", "density", "zeros", "dimension"] as const;

/**
 * The training steps that a command line asks for, each opened once: those of `--trace` that `--steps` names, all of them by
 * default, or the made-up one of `--network`. Throws `InputError`.
 */
export function stepsOf(flags: StepFlags): TrainingStep[] {
  const { trace, network, steps } = flags;
  if (trace !== undefined && network !== undefined)
    throw new InputError("--trace and --network cannot be given together: a training step has one source");
  if (trace !== undefined) {
    const stray = withNetwork.find((name) => flags[name] !== undefined);
    if (stray) throw new InputError(`--${stray} goes with --network, not with --trace`);
    return capturedSteps(trace, steps);
  }
  if (network === undefined)
    throw new InputError("a training step is needed, from one of --trace FILE and --network NAME");
  if (steps !== undefined) throw new InputError("--steps goes with --trace, not with --network");
  const source = madeUpSource(network, flags);
  return [{ source, trace: openSource(source) }];
}

/** The one training step that a command line asks for. Throws `InputError`, also where it asks for several. */
export function stepOf(flags: StepFlags): TrainingStep {
  const steps = stepsOf(flags);
  return flags.trace === undefined ? steps[0] : onlyStep(flags.trace, steps);
}

/** Opens a training step from where it came. Throws `InputError` where that has changed. */
export function openSource(source: StepSource): OccupancySource {
  if ("trace" in source) return openTrace(source.trace, source.step);
  const { network, images: asked, dimensions, seed, ...zeros } = source;
  const { network: found, images } = networkOf(network, asked, dimensions);
  return syntheticTraceOf(network.replace(/^.*[/\\]/, ""), found, images, seed, zeros);
}

/** The steps of a trace file that `--steps` names; all of them by default. Throws `InputError` for one that it lacks. */
export function stepNumbers({ steps }: TraceFile, names: string | undefined): number[] {
  const known = steps.map(({ labels }) => `${labels.step}`);
  const numbers = names === undefined ? known : nameList("--steps", names, known);
  const set = new Set(known);
  const unknown = numbers.find((number) => !set.has(number));
  if (unknown !== undefined) throw unknownName("step", unknown, known);
  return numbers.map(Number);
}

function capturedSteps(path: string, names: string | undefined): TrainingStep<Trace>[] {
  const file = openTraceFile(path);
  const byNumber = new Map(file.steps.map((trace) => [trace.labels.step, trace]));
  return stepNumbers(file, names).map((step) => ({
    source: { trace: path, step },
    trace: byNumber.get(step)!,
  }));
}

function onlyStep<T extends OccupancySource>(
  path: string,
  steps: readonly TrainingStep<T>[],
): TrainingStep<T> {
  if (steps.length === 1) return steps[0];
  const numbers = steps.map(({ trace }) => trace.labels.step);
  throw new InputError(
    `${path}: has the steps ${numbers.join(", ")}; one is needed, as --steps ${numbers[0]}`,
  );
}

function madeUpSource(network: string, flags: StepFlags): MadeUpSource {
  const { batch, seed = "1", density, zeros = "fitted", dimension } = flags;
  const kind = kindsOfZeros.find((known) => known === zeros);
  if (!kind) throw unknownName("kind of zeros", zeros, kindsOfZeros);
  return {
    network,
    seed: whole("--seed", seed, 0, 2 ** 53 - 1),
    zeros: kind,
    ...(batch !== undefined && { images: imagesOf(batch) }),
    ...(dimension && { dimensions: dimensionsOf(dimension) }),
    ...(density !== undefined && { densities: parseDensities(density) }),
  };
}
