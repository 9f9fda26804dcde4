import { InputError, unknownName } from "../input-error.ts";
import { printable } from "../report/format.ts";
import { parseDensities } from "../trace/density.ts";
import { openTrace } from "../trace/file.ts";
import { fileSource } from "../trace/file-source.ts";
import { type OccupancySource, occupancies } from "../trace/occupancy.ts";
import type { LeftOut } from "../trace/onnx/layers.ts";
import { type OnnxNetwork, onnxNetwork } from "../trace/onnx/network.ts";
import { syntheticTraceOf } from "../trace/synthetic.ts";
import { networks } from "../workload/networks/index.ts";
import type { Network } from "../workload/networks/network.ts";

/** What the command line says about the training step to run, as typed. */
export interface StepFlags {
  readonly trace?: string;
  readonly network?: string;
  readonly batch?: string;
  readonly seed?: string;
  readonly density?: string;
  readonly zeros?: string;
  readonly dimension?: readonly string[];
}

const kindsOfZeros = ["fitted", "coins"] as const;
const withNetwork = ["batch", "seed", "density", "zeros", "dimension"] as const;

/** The captured step of `--trace`, or the made-up one of `--network`. Throws `InputError`. */
export function stepOf(flags: StepFlags): OccupancySource {
  if ((flags.trace === undefined) === (flags.network === undefined))
    throw new InputError("a training step is needed, from one of --trace FILE and --network NAME");
  if (flags.trace !== undefined) {
    const stray = withNetwork.find((name) => flags[name] !== undefined);
    if (stray) throw new InputError(`--${stray} goes with --network, not with --trace`);
    return occupancies(openTrace(flags.trace));
  }
  const { network, batch = "32", seed = "1", density, zeros = "fitted" } = flags;
  const kind = kindsOfZeros.find((known) => known === zeros);
  if (!kind) throw unknownName("kind of zeros", zeros, kindsOfZeros);
  const found = networkOf(network!, flags.dimension);
  const [images, start] = [whole("--batch", batch, 1, 4096), whole("--seed", seed, 0, 2 ** 53 - 1)];
  return syntheticTraceOf(network!.replace(/^.*[/\\]/, ""), found, images, start, {
    ...{ zeros: kind },
    ...(density !== undefined && { densities: parseDensities(density) }),
  });
}

export const isOnnx = (name: string): boolean => name.endsWith(".onnx");

/** A network by the name that `--network` gives: one of `networks`, or that of an ONNX file. Throws `InputError`. */
function networkOf(name: string, dimensions: readonly string[] | undefined): Network {
  if (isOnnx(name)) return openOnnx(name, dimensions);
  if (dimensions) throw new InputError("--dimension goes with --network FILE.onnx");
  if (!Object.hasOwn(networks, name))
    throw unknownName("network", name, [...Object.keys(networks), "FILE.onnx"]);
  return networks[name];
}

/** The network in an ONNX file; `dimensions`: sizes of those that it leaves open, as typed. Throws `InputError`. */
export function openOnnx(path: string, dimensions: readonly string[] = []): OnnxNetwork {
  const sizes = new Map<string, number>();
  for (const text of dimensions) {
    const [, name, size] = /^(.+)=(.*)$/.exec(text) ?? [];
    if (name === undefined)
      throw new InputError(`--dimension must have the form name=size, is ${JSON.stringify(text)}`);
    if (sizes.has(name)) throw new InputError(`--dimension ${name} is given twice`);
    sizes.set(name, whole(`--dimension ${name}`, size, 1, 2 ** 24));
  }
  return onnxNetwork(fileSource(path), sizes);
}

/** What of the step's network is not simulated; nothing for one that is not from an ONNX file. */
export const notesOf = ({ network, dimension }: StepFlags): string =>
  network !== undefined && isOnnx(network) ? leftOutText(openOnnx(network, dimension).leftOut) : "";

/** A line for each kind of operator that was left out. */
export const leftOutText = (leftOut: readonly LeftOut[]): string =>
  leftOut
    .map(({ operator, why, nodes }) => `${printable(`left out: ${nodes.length} ${operator}: ${why}`)}\n`)
    .join("");

/** The whole number that a flag gives. Throws `InputError` for any other text. */
export function whole(flag: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new InputError(`${flag} must be a whole number from ${min} to ${max}, is ${JSON.stringify(text)}`);
}
