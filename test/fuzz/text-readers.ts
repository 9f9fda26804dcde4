import { accelerators, defaultAccelerators } from "../../src/accelerators/index.ts";
import { select } from "../../src/accelerators/machine.ts";
import { machineFileOf } from "../../src/cli/machine-file.ts";
import { InputError } from "../../src/input-error.ts";
import { seededRandom } from "../../src/random.ts";
import { libertyProblem } from "../../src/rtl/liberty-syntax.ts";
import { arraySource } from "../../src/trace/byte-source.ts";
import { parseLayerList } from "../../src/trace/layer-list.ts";
import type { Occupancy } from "../../src/trace/occupancy.ts";
import { syntheticTraceOf } from "../../src/trace/synthetic.ts";
import { convolutionTopology, gemmTopology } from "../../src/trace/topology/encode.ts";
import { topologyNetwork } from "../../src/trace/topology/network.ts";
import { emapSize, fmapSize, type Layer } from "../../src/workload/layer.ts";
import { LAYER } from "../damaged-traces.ts";
import { changeBytes } from "./byte-changes.ts";
import { changed, type FuzzedReader, pick } from "./fuzzed-reader.ts";
import { changeJson, changeText } from "./text-changes.ts";
import { runSmallLayers, useMadeUp } from "./use-trace.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Texts with tokens or JSON values changed, and now and then bytes. */
export function texts(
  about: string,
  seeds: readonly string[],
  json: boolean,
  read: (text: string) => void,
): FuzzedReader {
  return {
    about,
    make(random) {
      const seed = pick(random, seeds);
      if (json && random.below(12) > 0)
        return bytesOf(
          JSON.stringify(changed(random, JSON.parse(seed), 5, (value) => changeJson(value, random))),
        );
      if (random.below(10) === 0)
        return changed(random, bytesOf(seed), 6, (bytes) => changeBytes(bytes, random));
      return bytesOf(changed(random, seed, 5, (text) => changeText(text, random)));
    },
    read: (bytes) => read(textOf(bytes)),
  };
}

/** Flags of a layer's maps, half of them 1. */
function flagsOf(layer: Layer): Occupancy {
  const random = seededRandom(1);
  const flags = (length: number) => Uint8Array.from({ length }, () => random.below(2));
  return { layer, fmap: flags(fmapSize(layer)), emap: flags(emapSize(layer)) };
}

const stepOf = (layers: readonly Layer[]) => ({
  source: "fuzzed",
  labels: { network: "n", dataset: "d", step: 0, batch: 1 },
  layers,
  occupancy: (name: string) => flagsOf(layers.find((layer) => layer.name === name)!),
});

const convolved: Layer = {
  name: "a",
  type: "conv2d",
  N: 2,
  C: 4,
  H: 6,
  W: 6,
  K: 4,
  P: 6,
  Q: 6,
  R: 3,
  S: 3,
  groups: 1,
  stride: [1, 1],
  padding: [1, 1, 1, 1],
  dilation: [1, 1],
};

const machines = Object.keys(accelerators).map((name) =>
  JSON.stringify({ accelerator: name, parameters: select(name).parameters }),
);

export const machine = texts("machine files", machines, true, (text) => {
  const { accelerator, given } = machineFileOf("fuzzed.json", text);
  runSmallLayers(stepOf([convolved]), [select(accelerator, given), select("dense")]);
});

const lists = [
  [LAYER],
  [convolved, { ...LAYER, name: "b", padding: [0, 0, 1, 0], R: 2 }],
  [{ ...LAYER, H: 5, W: 5, R: 3, S: 3, P: 2, Q: 2, stride: [2, 2], name: "c" }],
  [{ ...LAYER, H: 1, W: 1, P: 1, Q: 1, type: "linear", C: 7, K: 9, N: 3, name: "fc" }],
  [{ ...LAYER, C: 4, K: 4, groups: 4, H: 7, W: 7, R: 3, S: 3, dilation: [2, 2], P: 3, Q: 3 }],
].map((layers) => JSON.stringify(layers));

/** The shape of a fuzzed layer is often at odds with itself only in its output, which is then put right. */
export const layers = texts("lists of layers, and the engine on them", lists, true, (text) => {
  const list = parseLayerList("fuzzed", withOutputs(text));
  runSmallLayers(
    stepOf(list),
    defaultAccelerators.map((name) => select(name)),
  );
});

function withOutputs(text: string): string {
  try {
    const list = JSON.parse(text) as Record<string, number & number[]>[];
    for (const layer of list) {
      const { H, W, R, S, stride, padding, dilation } = layer;
      const [top, left, bottom = top, right = left] = padding;
      const extent = (size: number, kernel: number, i: number, edges: number) =>
        Math.floor((size + edges - dilation[i] * (kernel - 1) - 1) / stride[i]) + 1;
      Object.assign(layer, { P: extent(H, R, 0, top + bottom), Q: extent(W, S, 1, left + right) });
    }
    return JSON.stringify(list);
  } catch {
    return text;
  }
}

const pin =
  'pin(A) { direction: input; capacitance: 0.01; } pin(Y) { direction: output; function: "!(A*B)"; }';
const cells = `library(made_up) { /* cells */ time_unit: "1ns"; capacitive_load_unit(1, pf);
  lu_table_template(flat) { variable_1: input_net_transition; index_1("0, 1"); index_2("0, 1"); }
  cell(NAND2) { area: 4; cell_leakage_power: 1e-3; ${pin} }
  cell(DFF) { area: 20; ff(IQ, IQN) { clocked_on: "C"; next_state: "D"; } timing() {
    related_pin: "C"; cell_rise(flat) { values("0.1, 0.2", \\\n "0.3, 0.4"); } } } }`;

export const liberty = texts("Liberty files, before Yosys", [cells], false, (text) => {
  const problem = libertyProblem(text);
  if (problem !== undefined) throw new InputError(problem);
});

const columns =
  "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,";
const topologies = [
  `${columns}\nConv1, 9, 8, 3, 2, 3, 6, 2,\n\nDP2, 4, 4, 3, 3, 3, 1, 1,\nFC, 1, 1, 1, 1, 12, 5, 1,#last\n`,
  `${columns} Stride width,\na, 9, 8, 3, 2, 3, 6, 2, 1,\na, 9, 8, 3, 2, 3, 6, 1,\n`,
  `${columns} Batch Size, Sparsity,\na, 9, 8, 3, 2, 8, 6, 2, 3, 2:4,\n`,
  "Layer, M, N, K, Sparsity,\nGEMM_1, 3, 5, 16, 3:4,\nGEMM_1, 1, 5, 16,\n",
];

export const topology = texts("topologies of SCALE-Sim, and written again", topologies, false, (text) => {
  const network = topologyNetwork(arraySource("fuzzed.csv", bytesOf(text)));
  const rows = network.layers(1).map((layer) => ({ layer, mask: network.zeros.get(layer.name)?.mask }));
  for (const again of [convolutionTopology(rows, 1), gemmTopology(rows, "ff")])
    topologyNetwork(arraySource("again.csv", bytesOf(again)));
  useMadeUp(syntheticTraceOf("fuzzed.csv", network, 1, 1, { zeros: "coins", densities: { fmap: 0.5 } }));
});
