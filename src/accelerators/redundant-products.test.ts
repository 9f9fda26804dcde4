import { describe, expect, it } from "vitest";
import { reference } from "../kernel/reference.ts";
import { seededRandom } from "../random.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import { emapSize, fmapSize, type Layer } from "../workload/layer.ts";
import { networks } from "../workload/networks/index.ts";
import { everyProduct } from "./outer-product.ts";
import { tilingsOf } from "./plane-tiles.ts";

/** A layer of at most four channels and k's: the share depends on the plane alone, for all are alike. */
const narrow = (layer: Layer): Layer => ({ ...layer, C: Math.min(4, layer.C), K: Math.min(4, layer.K) });

function tenPercent(layer: Layer, seed: number): Occupancy {
  const random = seededRandom(seed);
  const flags = (size: number) => Uint8Array.from({ length: size }, () => (random.uniform() < 0.1 ? 1 : 0));
  return { layer, fmap: flags(fmapSize(layer)), emap: flags(emapSize(layer)) };
}

/**
 * Products that are of no use / all products of the outer product, over ResNet-18's convolutions of more than one tap, each weighted with
 * its dense MACs; both maps at 10 %, zeros independent. A plane smaller than a tile is one tile.
 */
function redundantShare(edge: number): number {
  let [useful, made] = [0, 0];
  const layers = networks.resnet18.layers(4).filter(({ R }) => R > 1);
  for (const [seed, layer] of layers.entries()) {
    const occupancy = tenPercent(narrow(layer), seed + 1);
    const weight = (layer.C * layer.K) / (occupancy.layer.C * occupancy.layer.K);
    const tilings = tilingsOf(occupancy, everyProduct(4, 4));
    const tiling = tilings.find(({ mapping }) => mapping === `tiles of ${edge}`) ?? tilings.at(-1)!;
    made += weight * tiling.products;
    useful += weight * reference.validPairs(occupancy);
  }
  return 1 - useful / made;
}

describe("how many products of tiled planes are redundant on ResNet-18 at 10 %?", () => {
  // the shares that ANT's paper gives, within 0.03
  it.each([
    [7, 0.87],
    [14, 0.95],
  ])("tiles of %i: about %f", (edge, published) => {
    expect(Math.abs(redundantShare(edge) - published)).toBeLessThanOrEqual(0.03);
  });
});
