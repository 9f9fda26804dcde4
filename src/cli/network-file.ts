import { existsSync } from "node:fs";
import { InputError, unknownName } from "../input-error.ts";
import { fileSource } from "../trace/file-source.ts";
import { type OnnxNetwork, onnxNetwork } from "../trace/onnx/network.ts";
import { type TopologyNetwork, topologyNetwork } from "../trace/topology/network.ts";
import { networks } from "../workload/networks/index.ts";
import type { Network } from "../workload/networks/network.ts";
import { whole } from "./whole-number.ts";

export const isOnnx = (name: string): boolean => name.endsWith(".onnx");
const isTopology = (name: string): boolean => name.endsWith(".csv");
export const isNetworkFile = (name: string): boolean => isOnnx(name) || isTopology(name);

/** Images of a known network where nobody says how many. */
const usualImages = 32;

/**
 * A network by the name that `--network` gives, one of `networks` or that of an ONNX file or a topology, and its images: as
 * many as are asked for, by default 32 of a known network, 1 of a topology, and those of `openOnnx`. Throws `InputError`.
 */
export function networkOf(
  name: string,
  asked?: number,
  dimensions?: ReadonlyMap<string, number>,
): { network: Network; images: number } {
  if (isOnnx(name)) {
    const network = openOnnx(name, asked, dimensions);
    return { network, images: network.images };
  }
  if (dimensions) throw new InputError("--dimension goes with --network FILE.onnx");
  if (isTopology(name)) return { network: openTopology(name), images: asked ?? 1 };
  if (!Object.hasOwn(networks, name) && existsSync(name))
    throw new InputError(
      `${name}: --network takes a network, FILE.onnx or FILE.csv; a trace goes with --trace`,
    );
  if (!Object.hasOwn(networks, name))
    throw unknownName("network", name, [...Object.keys(networks), "FILE.onnx", "FILE.csv"]);
  return { network: networks[name], images: asked ?? usualImages };
}

/**
 * The network in an ONNX file, for as many images as are asked for; by default for 1, or the file's own number if that
 * cannot be scaled to 1. `dimensions`: sizes of those that it leaves open. Throws `InputError`.
 */
export const openOnnx = (
  path: string,
  images?: number,
  dimensions: ReadonlyMap<string, number> = new Map(),
): OnnxNetwork => onnxNetwork(fileSource(path), dimensions, images);

/** The network in a topology file of SCALE-Sim. Throws `InputError`. */
export const openTopology = (path: string): TopologyNetwork => topologyNetwork(fileSource(path));

/** The images that `--batch` says. Throws `InputError`. */
export const imagesOf = (batch: string): number => whole("--batch", batch, 1, 4096);

/** The sizes that `--dimension` says. Throws `InputError`. */
export function dimensionsOf(texts: readonly string[]): Map<string, number> {
  const sizes = new Map<string, number>();
  for (const text of texts) {
    const [, name, size] = /^(.+)=(.*)$/.exec(text) ?? [];
    if (name === undefined)
      throw new InputError(`--dimension must have the form name=size, is ${JSON.stringify(text)}`);
    if (sizes.has(name)) throw new InputError(`--dimension ${name} is given twice`);
    sizes.set(name, whole(`--dimension ${name}`, size, 1, 2 ** 24));
  }
  return sizes;
}
