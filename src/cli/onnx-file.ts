import { existsSync } from "node:fs";
import { InputError, unknownName } from "../input-error.ts";
import { fileSource } from "../trace/file-source.ts";
import { type OnnxNetwork, onnxNetwork } from "../trace/onnx/network.ts";
import { networks } from "../workload/networks/index.ts";
import type { Network } from "../workload/networks/network.ts";
import { whole } from "./whole-number.ts";

export const isOnnx = (name: string): boolean => name.endsWith(".onnx");

/**
 * A network by the name that `--network` gives: one of `networks`, or that of an ONNX file, whose notes are of so many images.
 * Throws `InputError`.
 */
export function networkOf(name: string, images: number, dimensions?: readonly string[]): Network {
  if (isOnnx(name)) return openOnnx(name, images, dimensions);
  if (dimensions) throw new InputError("--dimension goes with --network FILE.onnx");
  if (!Object.hasOwn(networks, name) && existsSync(name))
    throw new InputError(`${name}: --network takes a network or FILE.onnx; a trace goes with --trace`);
  if (!Object.hasOwn(networks, name))
    throw unknownName("network", name, [...Object.keys(networks), "FILE.onnx"]);
  return networks[name];
}

/** The images that `--batch` says; where it does not, 32 of a known network, and 1 of an ONNX file. Throws `InputError`. */
export const imagesOf = (network: string, batch: string | undefined): number =>
  whole("--batch", batch ?? (isOnnx(network) ? "1" : "32"), 1, 4096);

/**
 * The network in an ONNX file, whose notes are of so many images; `dimensions`: sizes of those that it leaves open, as typed.
 * Throws `InputError`.
 */
export function openOnnx(path: string, images: number, dimensions: readonly string[] = []): OnnxNetwork {
  const sizes = new Map<string, number>();
  for (const text of dimensions) {
    const [, name, size] = /^(.+)=(.*)$/.exec(text) ?? [];
    if (name === undefined)
      throw new InputError(`--dimension must have the form name=size, is ${JSON.stringify(text)}`);
    if (sizes.has(name)) throw new InputError(`--dimension ${name} is given twice`);
    sizes.set(name, whole(`--dimension ${name}`, size, 1, 2 ** 24));
  }
  return onnxNetwork(fileSource(path), sizes, images);
}
