import { InputError, quoted } from "../../input-error.ts";
import { unprintable } from "../../unprintable.ts";
import type { Layer } from "../../workload/layer.ts";
import type { Phase } from "../../workload/phase.ts";
import type { StructuredMask } from "../../workload/structured-mask.ts";

/** A layer on its way into a topology, with the pattern of its weights where they have one. */
export interface TopologyLayer {
  readonly layer: Layer;
  readonly mask?: StructuredMask | undefined;
}

/** More rows than a simulation in SCALE-Sim would ever end for: grouped convolutions have one for each group. */
const mostRows = 2 ** 16;

/**
 * Layers as a topology of convolutions, which SCALE-Sim reads by default: one image, an IFMAP with the padding in it. A
 * linear layer is a 1x1 convolution over its tokens. A depthwise one has DP in its name, so that SCALE-Sim 2 and 3 make a layer
 * of each channel, and any other grouped one a row for each group. `batch`: images in the layers' N. Where a dilated
 * kernel is, the map is as small as its output allows. Throws `InputError` where N is not so many images.
 */
export function convolutionTopology(layers: readonly TopologyLayer[], batch: number): string {
  const twoStrides = layers.some(({ layer: { stride } }) => stride[0] !== stride[1]);
  const sparse = layers.some(({ mask }) => mask);
  const header = [
    "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter",
    twoStrides ? "Stride height, Stride width" : "Strides",
    ...(sparse ? ["Sparsity"] : []),
  ];
  const namesOf = namer(layers);
  const rows = layers.flatMap(({ layer, mask }) => {
    const { C, K, R, S, groups, stride } = layer;
    const depthwise = groups > 1 && groups === C;
    const linear = layer.type === "linear";
    const sizes = [
      linear ? imagesIn(layer, batch) : ifmapOf(layer, 0),
      linear ? 1 : ifmapOf(layer, 1),
      R,
      S,
      depthwise ? C : C / groups,
      K / groups,
      stride[0],
      ...(twoStrides ? [stride[1]] : []),
      ...(sparse ? [ratio(mask)] : []),
    ];
    return namesOf(layer, depthwise).map((name) => [name, ...sizes]);
  });
  return csv(header, rows);
}

/**
 * Layers as a topology of products of matrices, M x K times K x N, which SCALE-Sim reads with `-i gemm`, one row for each group: in
 * FF positions x taps and channels, in BP positions x filters, in WG filters x positions of all images. Sparsity, which is
 * the weights', is written for FF alone.
 */
export function gemmTopology(layers: readonly TopologyLayer[], phase: Phase): string {
  const sparse = phase === "ff" && layers.some(({ mask }) => mask);
  const namesOf = namer(layers);
  const rows = layers.flatMap(({ layer, mask }) => {
    const sizes = [...productOf(layer, phase), ...(sparse ? [ratio(mask)] : [])];
    return namesOf(layer, false).map((name) => [name, ...sizes]);
  });
  return csv(["Layer", "M", "N", "K", ...(sparse ? ["Sparsity"] : [])], rows);
}

/** M, N and K of one group's product; their product, over all groups, is the layer's dense MACs. */
function productOf({ N, C, K, P, Q, R, S, groups }: Layer, phase: Phase): number[] {
  const positions = N * P * Q;
  const filters = K / groups;
  const window = (C / groups) * R * S;
  if (phase === "ff") return [positions, filters, window];
  return phase === "bp" ? [positions, window, filters] : [filters, window, positions];
}

/**
 * The IFMAP along an axis: of all sizes that give SCALE-Sim the layer's output the layer's own, or else what its windows cover, so
 * that rounding up and down are the same.
 */
function ifmapOf({ H, W, P, Q, R, S, stride }: Layer, axis: 0 | 1): number {
  const [own, windows, kernel, step] = axis === 0 ? [H, P, R, stride[0]] : [W, Q, S, stride[1]];
  const covered = (windows - 1) * step + kernel;
  const least = windows > 1 ? covered - step + 1 : kernel;
  return own >= least && own <= covered ? own : covered;
}

function imagesIn({ name, N }: Layer, batch: number): number {
  if (N % batch === 0) return N / batch;
  throw new InputError(`layer ${quoted(name)}: N must be a multiple of the ${batch} images, is ${N}`);
}

/** The names of a layer's rows. The second of two layers of one name, which has "#1" here, has its own again there. */
function namer(layers: readonly TopologyLayer[]): (layer: Layer, depthwise: boolean) => string[] {
  const names = new Set(layers.map(({ layer }) => layer.name));
  return ({ name, groups }, depthwise) => {
    const own = name.replace(/#\d+$/, "");
    const plain = (names.has(own) ? own : name).replace(unprintable, " ").replaceAll(",", "_").trim();
    if (depthwise) return [plain.includes("DP") ? plain : `DP_${plain}`];
    const safe = plain.replaceAll("DP", "dp");
    if (groups === 1) return [safe];
    if (groups <= mostRows) return Array.from({ length: groups }, (_, group) => `${safe}_group${group}`);
    throw new InputError(
      `layer ${quoted(name)}: groups must be ${mostRows} at most, for a row each, are ${groups}`,
    );
  };
}

const ratio = (mask: StructuredMask | undefined): string => (mask ? `${mask.kept}:${mask.of}` : "1:1");

/** Each line ends in a comma: SCALE-Sim drops what is behind the last one. */
function csv(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  if (rows.length > mostRows)
    throw new InputError(`a topology must have ${mostRows} layers at most, would have ${rows.length}`);
  return [header.join(", "), ...rows.map((row) => row.join(", "))].map((line) => `${line},\n`).join("");
}
