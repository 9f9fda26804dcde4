import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { convolution, denseMacs, type Layer, linear } from "../../workload/layer.ts";
import { networks } from "../../workload/networks/index.ts";
import { arraySource } from "../byte-source.ts";
import { fileSource } from "../file-source.ts";
import { syntheticTraceOf } from "../synthetic.ts";
import { convolutionTopology, gemmTopology } from "./encode.ts";
import { topologyNetwork } from "./network.ts";

const shipped = (name: string) =>
  new URL(`../../../test/data/topology/${name}.csv`, import.meta.url).pathname;
const read = (text: string) => topologyNetwork(arraySource("t.csv", new TextEncoder().encode(text)));
const macs = (layers: readonly Layer[]) => layers.reduce((sum, layer) => sum + denseMacs(layer), 0);
const header =
  "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides,";
const rowsOf = ({ layers, zeros }: ReturnType<typeof read>) =>
  layers(1).map((layer) => ({ layer, mask: zeros.get(layer.name)?.mask }));
const grouped = convolution({
  name: "grouped",
  N: 4,
  C: 6,
  H: 7,
  W: 8,
  K: 4,
  R: 3,
  S: 3,
  groups: 2,
  stride: [2, 1],
  padding: [1, 2, 1, 2],
  dilation: [1, 2],
});
/** The cells of every line that has some, as SCALE-Sim splits them. */
const cells = (text: string) =>
  text
    .split("\n")
    .map((line) => line.split(",").flatMap((cell) => cell.trim() || []))
    .filter((line) => line.length > 0);

describe("is a topology that SCALE-Sim ships read as SCALE-Sim reads it?", () => {
  it("ResNet-18: layers and MACs are those of SCALE-Sim 2's own reader", () => {
    const layers = topologyNetwork(fileSource(shipped("Resnet18"))).layers(1);
    expect([layers.length, macs(layers)]).toEqual([21, 1_471_181_568]);
    expect(layers.at(-1)).toEqual(linear("FC", 1, 512, 1000));
  });

  it("it is written back unchanged", () => {
    const text = convolutionTopology(rowsOf(topologyNetwork(fileSource(shipped("Resnet18")))), 1);
    expect(cells(text)).toEqual(cells(readFileSync(shipped("Resnet18"), "utf8")));
    expect(convolutionTopology(rowsOf(read(text)), 1)).toBe(text);
  });

  it("products with a sparsity, two of one name: written back unchanged too", () => {
    const network = topologyNetwork(fileSource(shipped("gemm")));
    const layers = network.layers(2);
    expect(layers).toEqual([linear("GEMM_1", 6, 16, 5), linear("GEMM_1#1", 2, 16, 5)]);
    expect(network.zeros.get("GEMM_1")).toEqual({ mask: { kept: 3, of: 4 } });
    expect(cells(gemmTopology(rowsOf(network), "ff")).slice(1)).toEqual(
      cells(readFileSync(shipped("gemm"), "utf8")).slice(1),
    );
  });
});

describe("what do a topology's oddities mean?", () => {
  it("a window that hangs over the edge counts, and the map keeps its size", () => {
    // SCALE-Sim 2: ceil((224 - 7 + 2) / 2) = 110 windows a side
    const [layer] = read(`${header}\nConv1, 224, 224, 7, 7, 3, 64, 2,`).layers(1);
    expect(layer).toMatchObject({ H: 224, P: 110, padding: [0, 0, 1, 1] });
  });

  it("DP in a name is a layer of each channel", () => {
    const network = read(`${header}\nDP1, 10, 10, 3, 3, 16, 2, 1,`);
    expect(network.layers(1)[0]).toMatchObject({ C: 16, K: 32, groups: 16, P: 8 });
    expect(cells(convolutionTopology(rowsOf(network), 1))[1].join()).toBe("DP1,10,10,3,3,16,2,1");
  });

  it("headings, empty lines, notes behind the last column and Windows' line ends are nothing", () => {
    const text = `\ufeff${header}\r\n\r\nRecommendation,,,,,,,,\r\n,,,,\r\nFC, 1, 1, 1, 1, 8, 4, 1,#dense\r\n`;
    expect(read(text).layers(3)).toEqual([linear("FC", 3, 8, 4)]);
  });

  it("a ninth column is a second stride, a batch or a sparsity, by its title; a row may lack it", () => {
    const more = (title: string, row: string) => read(`${header}${title},\na, 9, 9, 3, 3, 4, 8, 2${row},`);
    expect(more("Stride width", ", 3").layers(1)[0].stride).toEqual([2, 3]);
    expect(more("Batch Size", ", 3").layers(2)[0].N).toBe(6);
    expect(more("batch size", "").layers(2)[0].N).toBe(2);
    expect(more("Sparsity", ", 1:1").zeros.get("a")).toEqual({});
    const masked = more("Sparsity", ", 2:4");
    const { mask } = syntheticTraceOf("a", masked, 1, 1).occupancy("a");
    expect(mask!.reduce((sum, flag) => sum + flag, 0)).toBe(mask!.length / 2);
    expect(masked.coverage.notes.join()).toMatch("a mask of N in M");
  });

  it.each([
    ["", /^t.csv: line 1 must be a SCALE-Sim header, "Layer name, .*, is ""$/],
    [header, /^t.csv: must have one layer or more behind its header, has none$/],
    [`${header}Eh,\na,1,1,1,1,1,1,1,`, /unknown column "Eh"; known behind Strides: Stride width, Batch/],
    [`${header}\na, 1, B, 1, 1, 1, 1, 1,`, /^t.csv: line 2: IFMAP width must be a whole number .*, is "B"$/],
    [
      `${header}\na, 1, 1, 1, 1, 1, 1, 0,`,
      /line 2: stride must be a whole number from 1 to 16777216, is "0"/,
    ],
    [`${header}\na, 1, 1, 1, 1, 1, 1,`, /^t.csv: line 2: must have 8 columns, has 7$/],
    [`${header}\na, 4, 4, 1, 5, 1, 1, 1,`, /line 2: filter width must be at most the IFMAP's, 4, is 5$/],
    [`${header}\na, 9999999, 9999999, 1, 1, 9999999, 1, 1,`, /line 2: layer "a": fmap elements must be/],
    [
      "Layer, M, N, K, Sparsity,\na, 1, 1, 1, 5:4,",
      /line 2: sparsity must be N:M, .* such as 2:4, got "5:4"/,
    ],
    [
      `${header}Sparsity,\nDP, 4, 4, 1, 1, 2, 2, 1, 1:2,`,
      /line 2: sparsity must be 1:1 in a depthwise layer/,
    ],
  ])("%j is refused in a line", (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it("a file that is far too large, has too many layers, or is no text, is refused", () => {
    expect(() => topologyNetwork({ ...arraySource("t.csv", new Uint8Array(1)), size: 2 ** 40 })).toThrow(
      "t.csv: a topology must have at most 4194304 bytes, has 1099511627776",
    );
    expect(() => read(`${header}\n${"a,1,1,1,1,1,1,1\n".repeat(2 ** 16 + 1)}`)).toThrow(
      "t.csv: must have 65536 layers at most, has more",
    );
    expect(() => topologyNetwork(arraySource("t.csv", Uint8Array.of(0xff, 0xfe)))).toThrow("text in UTF-8");
  });
});

describe("does a network come through a topology with all its work?", () => {
  it.each(Object.keys(networks))("%s: the MACs of an image are the same in both forms", (name) => {
    const layers = networks[name].layers(1);
    const rows = layers.map((layer) => ({ layer }));
    const convolutions = read(convolutionTopology(rows, 1)).layers(1);
    expect(macs(convolutions)).toBe(macs(layers));
    for (const phase of ["ff", "bp", "wg"] as const)
      expect(macs(read(gemmTopology(rows, phase)).layers(1))).toBe(macs(layers));
  });

  it("one image of several, padded maps, a row for each group, names that SCALE-Sim can read", () => {
    const layer: Layer = { ...grouped, name: "b,DP" };
    const text = convolutionTopology([{ layer }, { layer: linear("fc", 12, 5, 7) }], 4);
    // the map is padded, and as small as its dilated windows without their gaps: (8 - 1) * 1 + 3
    expect(text.split("\n")).toEqual([
      "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Stride height, Stride width,",
      "b_dp_group0, 9, 10, 3, 3, 3, 2, 2, 1,",
      "b_dp_group1, 9, 10, 3, 3, 3, 2, 2, 1,",
      "fc, 3, 1, 1, 1, 5, 7, 1, 1,",
      "",
    ]);
    expect(gemmTopology([{ layer }], "wg")).toContain("b_dp_group0, 2, 27, 128,");
  });
});
