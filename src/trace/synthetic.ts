import { requireObject, requireWhole, unknownName } from "../input-error.ts";
import { seededRandom } from "../random.ts";
import type { Layer } from "../workload/layer.ts";
import { largestSize } from "../workload/layer-rules.ts";
import { networks } from "../workload/networks/index.ts";
import type { Network } from "../workload/networks/network.ts";
import type { StructuredMask } from "../workload/structured-mask.ts";
import type { Coverage } from "./coverage.ts";
import { type DensityOverrides, type LayerDensities, networkDensities } from "./density.ts";
import type { Occupancy, OccupancySource } from "./occupancy.ts";
import { structuredMask } from "./structured-mask.ts";
import { type FieldShape, type Unevenness, unevenFlags } from "./synthetic-field.ts";
import { pooledExtent, winners } from "./synthetic-pool.ts";

/**
 * Fitted by coordinate descent to nine correlations (`flagCorrelations` in test/) of the six ReLU outputs in the trace
 * vgg8-cifar10-step2270: the fmaps of conv_3 to conv_13, and conv_13's pool output read off its emap. `scene` is set
 * by hand, to the mean correlation of channels at one place, 0.024, which is too small to weigh in the fit. The long
 * test compares the correlations, and the SWG machine's utilisation, of that same trace and its twin. That other
 * networks' zeros are as uneven is assumed: the only other trace, resnet20, cannot tell (coins are one point off).
 */
const mapUnevenness: Unevenness = {
  channel: 52,
  image: 5,
  plane: 47,
  place: 67,
  scene: 28,
  cluster: 67,
  cells: [7, 2.5],
};

/**
 * Worked out, not fitted: from the variance of the densities of output channels, input channels and filters in the masks
 * of vgg8-cifar10-step2270-mask40 (the 40 % largest weights of each layer). An image is an output channel here, and a
 * plane a filter. The long test compares the masks' correlations too.
 */
const maskUnevenness: Unevenness = {
  channel: 9,
  image: 10,
  plane: 16,
  place: 0,
  scene: 0,
  cluster: 0,
  cells: [0, 0],
};

/** How uneven made-up zeros are. */
export interface SyntheticOptions {
  /**
   * `fitted` (the default): channels, images and parts of pictures differ as in real traces. `coins`: each element is an
   * independent coin flip, which flatters a machine.
   */
  readonly zeros?: "fitted" | "coins";
}

/**
 * Where a layer's tensors are not zero, made up: the given densities on average, the zeros as uneven as real ones. The
 * maps depend on the seed, the layer's name and its shape alone, so layers can be made in any order. fmap and emap are
 * independent of each other (vgg8's real layers have 0.4 to 4 % fewer valid pairs than that).
 */
export function syntheticOccupancy(
  layer: Layer,
  densities: LayerDensities,
  seed: number,
  { zeros = "fitted" }: SyntheticOptions = {},
): Occupancy {
  const { N, C, H, W, K, P, Q, R, S, groups } = layer;
  const make = (tensor: string, shape: FieldShape, density: number, unevenness: Unevenness) => {
    const streamSeed = (part: string) => seedOf(`${seed}/${layer.name}/${tensor}/${part}`);
    const size = shape.images * shape.channels * shape.height * shape.width;
    if (density <= 0) return new Uint8Array(size);
    if (density >= 1) return new Uint8Array(size).fill(1);
    if (zeros === "coins") return coinFlips(size, density, streamSeed("coins"));
    return unevenFlags(shape, density, unevenness, streamSeed);
  };
  const fmap = { images: N, channels: C, height: H, width: W };
  const mask = { images: K, channels: C / groups, height: R, width: S };
  let emap = { images: N, channels: K, height: P, width: Q };
  const { pool } = densities;
  const output = emap;
  if (pool) emap = { ...emap, height: pooledExtent(P, pool), width: pooledExtent(Q, pool) };
  const made = make("emap", emap, densities.emap, mapUnevenness);
  const madeMask = (kept: number | StructuredMask) =>
    typeof kept === "number"
      ? make("mask", mask, kept, maskUnevenness)
      : structuredMask(layer, kept, seedOf(`${seed}/${layer.name}/mask/structured`));
  const pick = () => seededRandom(seedOf(`${seed}/${layer.name}/emap/winners`));
  return {
    layer,
    fmap: make("fmap", fmap, densities.fmap, mapUnevenness),
    emap: pool ? winners(made, output, pool, pick()) : made,
    ...(densities.mask === undefined ? {} : { mask: madeMask(densities.mask) }),
  };
}

/** A network's occupancies, made when they are asked for: memory holds one layer at a time. */
export interface SyntheticTrace extends OccupancySource {
  readonly densities: ReadonlyMap<string, LayerDensities>;
}

/** How uneven made-up zeros are, and the densities that are not the network's own. */
export interface SyntheticTraceOptions extends SyntheticOptions {
  readonly densities?: DensityOverrides;
}

/** A training step of a network in `networks`, made up. Throws `InputError` for a network that is not there. */
export function syntheticTrace(
  networkName: string,
  batch: number,
  seed: number,
  options: SyntheticTraceOptions = {},
): SyntheticTrace {
  if (!Object.hasOwn(networks, networkName)) throw unknownName("network", networkName, Object.keys(networks));
  return syntheticTraceOf(networkName, networks[networkName], batch, seed, options);
}

/** A training step of any network, made up. `networkName` is what reports call it. */
export function syntheticTraceOf(
  networkName: string,
  network: Network & { readonly coverage?: Coverage },
  batch: number,
  seed: number,
  { densities: overrides, ...options }: SyntheticTraceOptions = {},
): SyntheticTrace {
  requireObject("network", network, ["layers"]);
  requireWhole("batch", batch, 1, largestSize);
  requireWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER);
  const layers = network.layers(batch);
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const densities = networkDensities(network, overrides);
  return {
    source: `${networkName}, batch ${batch}, seed ${seed}`,
    labels: { network: networkName, dataset: "synthetic", step: 0, batch },
    layers,
    densities,
    ...(network.coverage && { coverage: network.coverage }),
    occupancy(name) {
      const layer = byName.get(name);
      if (!layer) throw unknownName("layer", name, byName.keys());
      return syntheticOccupancy(layer, densities.get(name)!, seed, options);
    },
  };
}

/** Independent flags, two for each number drawn; a density is met to 2^-16. */
function coinFlips(size: number, density: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const threshold = Math.round(density * 2 ** 16);
  const flags = new Uint8Array(size);
  let draw = 0;
  for (let i = 0; i < size; i++) {
    draw = i & 1 ? draw >>> 16 : random.bits();
    flags[i] = ((draw & 0xffff) - threshold) >>> 31;
  }
  return flags;
}

/** A seed of 53 bits for a stream's name: two FNV-1a hashes of its characters. */
function seedOf(name: string): number {
  let low = 0x811c9dc5;
  let high = 0xc59d1c81;
  for (let i = 0; i < name.length; i++) {
    low = Math.imul(low ^ name.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ name.charCodeAt(i), 0x01000197);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
