import { InputError, unknownName } from "../input-error.ts";
import { parseDensities } from "../trace/density.ts";
import { openTraceFile } from "../trace/file.ts";
import type { OccupancySource } from "../trace/occupancy.ts";
import type { TraceFile } from "../trace/swg-trace.ts";
import { syntheticTraceOf } from "../trace/synthetic.ts";
import type { Trace } from "../trace/trace.ts";
import { nameList } from "./name-list.ts";
import { networkOf } from "./onnx-file.ts";
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

const kindsOfZeros = ["fitted", "coins"] as const;
const withNetwork = ["batch", "seed", "density", "zeros", "dimension"] as const;

/** How a trace file is opened. */
export type Open = (path: string) => TraceFile;

/** For one command: the header of a file that is asked for again and again is read and checked once. */
export function openingOnce(): Open {
  let last: { path: string; file: TraceFile } | undefined;
  return (path) => {
    if (last?.path !== path) last = { path, file: openTraceFile(path) };
    return last.file;
  };
}

/**
 * The flags of each step that a command line asks for: those of `--trace` that `--steps` names, all of them by default, or the
 * one of `--network`. Throws `InputError`.
 */
export function stepFlagsOf<Flags extends StepFlags>(flags: Flags, open: Open = openTraceFile): Flags[] {
  if (flags.trace === undefined) return [flags];
  const numbers = stepNumbers(open(flags.trace), flags.steps);
  return numbers.length === 1 ? [flags] : numbers.map((number) => ({ ...flags, steps: `${number}` }));
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

/** The one step of a trace file that `--steps` names, or the only one that it has. Throws `InputError`. */
export function capturedStep(path: string, names: string | undefined, open: Open = openTraceFile): Trace {
  const file = open(path);
  const numbers = stepNumbers(file, names);
  if (numbers.length === 1) return file.steps.find(({ labels }) => labels.step === numbers[0])!;
  throw new InputError(
    `${path}: has the steps ${numbers.join(", ")}; one is needed, as --steps ${numbers[0]}`,
  );
}

/** The captured step of `--trace`, or the made-up one of `--network`. Throws `InputError`. */
export function stepOf(flags: StepFlags, open: Open = openTraceFile): OccupancySource {
  if (flags.trace !== undefined && flags.network !== undefined)
    throw new InputError("--trace and --network cannot be given together: a training step has one source");
  if (flags.trace === undefined && flags.network === undefined)
    throw new InputError("a training step is needed, from one of --trace FILE and --network NAME");
  if (flags.trace !== undefined) {
    const stray = withNetwork.find((name) => flags[name] !== undefined);
    if (stray) throw new InputError(`--${stray} goes with --network, not with --trace`);
    return capturedStep(flags.trace, flags.steps, open);
  }
  if (flags.steps !== undefined) throw new InputError("--steps goes with --trace, not with --network");
  const { network, batch, seed = "1", density, zeros = "fitted" } = flags;
  const kind = kindsOfZeros.find((known) => known === zeros);
  if (!kind) throw unknownName("kind of zeros", zeros, kindsOfZeros);
  const start = whole("--seed", seed, 0, 2 ** 53 - 1);
  const { network: found, images } = networkOf(network!, batch, flags.dimension);
  return syntheticTraceOf(network!.replace(/^.*[/\\]/, ""), found, images, start, {
    zeros: kind,
    ...(density !== undefined && { densities: parseDensities(density) }),
  });
}
