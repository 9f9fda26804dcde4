import { InputError, quoted } from "../../input-error.ts";
import { convolution, type Layer, linear } from "../../workload/layer.ts";
import { layerProblem } from "../../workload/layer-rules.ts";
import type { LayerZeros, Network } from "../../workload/networks/network.ts";
import { type ByteSource, checkSource } from "../byte-source.ts";
import type { Coverage } from "../coverage.ts";
import { LayerNames } from "../layer-names.ts";
import { type ConvolutionRow, type TopologyRow, topologyRows } from "./rows.ts";

/** A network from a topology file of SCALE-Sim. */
export interface TopologyNetwork extends Network {
  /** Its notes say what the file leaves open, and what is made of it. */
  readonly coverage: Coverage;
}

/**
 * Reads a network's layers from a SCALE-Sim topology, of convolutions or of products of matrices (M, N, K), whatever holds
 * its bytes; its zeros are a Sparsity column's, and else none (assumed, D81). Throws `InputError`.
 */
export function topologyNetwork(source: ByteSource): TopologyNetwork {
  checkSource(source);
  const rows = topologyRows(source);
  const names = new LayerNames();
  const named = rows.map((row) => ({ row, name: names.own(row.name || `line ${row.line}`) }));
  const layers = (images: number) => named.map(({ row, name }) => layerOf(source.name, row, name, images));
  const first = layers(1);
  return {
    title: source.name.replace(/^.*[/\\]/, "").replace(/\.csv$/i, ""),
    source: `${source.name}, a topology of SCALE-Sim`,
    input: first[0].type === "linear" ? [first[0].C] : [first[0].C, first[0].H, first[0].W],
    layers: (images) => (images === 1 ? first : layers(images)),
    zeros: new Map(
      named.map(({ row: { sparsity }, name }): [string, LayerZeros] => [
        name,
        sparsity ? { mask: sparsity } : {},
      ]),
    ),
    coverage: { operatorsWithWeights: rows.length, leftOut: [], notes: notesOn(rows, first) },
  };
}

function layerOf(
  file: string,
  { line, name: own, shape, sparsity }: TopologyRow,
  name: string,
  images: number,
): Layer {
  const layer =
    "M" in shape ? linear(name, images * shape.M, shape.K, shape.N) : convolved(shape, own, name, images);
  const problem = layerProblem(layer);
  if (problem) throw new InputError(`${file}: line ${line}: layer ${quoted(name)}: ${problem}`);
  if (sparsity && layer.groups > 1)
    throw new InputError(
      `${file}: line ${line}: sparsity must be 1:1 in a depthwise layer, which has one channel a filter`,
    );
  return layer;
}

/** SCALE-Sim 2 and 3 take a name with DP in it for a depthwise layer, of which each channel has `filters` filters. */
const isDepthwise = (name: string): boolean => name.includes("DP");

function convolved(
  { ifmap, filter, channels, filters, stride, batch }: ConvolutionRow,
  own: string,
  name: string,
  images: number,
): Layer {
  const depthwise = isDepthwise(own);
  const N = images * batch;
  const ones = [...ifmap, ...filter, ...stride].every((size) => size === 1);
  if (ones && !depthwise) return linear(name, N, channels, filters);
  const [bottom, right] = [0, 1].map((axis) => overhang(ifmap[axis], filter[axis], stride[axis]));
  return convolution({
    name,
    N,
    C: channels,
    H: ifmap[0],
    W: ifmap[1],
    K: depthwise ? channels * filters : filters,
    R: filter[0],
    S: filter[1],
    groups: depthwise ? channels : 1,
    stride,
    padding: [0, 0, bottom, right],
    dilation: [1, 1],
  });
}

/** By how much the last window reaches beyond the map: SCALE-Sim 2 rounds the number of windows up. */
function overhang(ifmap: number, filter: number, stride: number): number {
  const windows = Math.ceil((ifmap - filter) / stride) + 1;
  return Math.max(0, (windows - 1) * stride + filter - ifmap);
}

function notesOn(rows: readonly TopologyRow[], layers: readonly Layer[]): string[] {
  const hanging = layers.filter(({ padding }) => padding.some((edge) => edge > 0)).length;
  const depthwise = layers.filter(({ groups }) => groups > 1).length;
  const masked = rows.filter(({ sparsity }) => sparsity).length;
  return [
    "Maps are as large as the topology says, with nothing around them: it has no padding, and may have counted it in.",
    masked > 0
      ? "The topology's sparsity is a mask of N in M along the channels; maps are dense unless --density says otherwise."
      : "A topology has no zeros: maps are dense unless --density says otherwise.",
    ...(hanging > 0
      ? [
          "Where a stride does not fit, the last window hangs over zeros at the edge, as SCALE-Sim 2 rounds up.",
        ]
      : []),
    ...(depthwise > 0 ? ["Layers with DP in their names are depthwise, as SCALE-Sim 2 has it."] : []),
  ];
}
