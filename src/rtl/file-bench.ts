import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { layerStatistics } from "../hardware/dataflow/layer-statistics.ts";
import { candidates } from "../hardware/mapper/mapper.ts";
import type { SwgParameters } from "../hardware/parameters.ts";
import { fastMapping } from "../kernel/wasm.ts";
import { seededRandom } from "../random.ts";
import { occupancy } from "../trace/occupancy.ts";
import { drawnLayer } from "../trace/random-layer.ts";
import type { LayerTrace } from "../trace/trace.ts";
import { convolution, type Layer, linear } from "../workload/layer.ts";
import { type ArrayBench, arrayBench } from "./array-bench.ts";
import { type ArrayRecord, recordLayer } from "./array-record.ts";
import { type MappedLayer, randomLayers } from "./check.ts";
import { designParameters, designPorts } from "./design.ts";
import type { PortShape } from "./stimulus.ts";

/** Small layers, of which the first that fits the machine is run first: a convolution, or a linear layer of few values. */
const smallLayers = (columns: number): Layer[] => [
  convolution({
    name: "bench",
    N: 2,
    C: 6,
    H: 6,
    W: 6,
    K: Math.min(32, 3 * columns),
    R: 3,
    S: 3,
    groups: 1,
    stride: [1, 1],
    padding: [1, 1, 1, 1],
    dilation: [1, 1],
  }),
  linear("bench", 8, 6, 6),
];

/** What few layers make use of: a bench looks for layers that do. */
const rare: Readonly<Record<string, (bench: ArrayBench, record: ArrayRecord) => boolean>> = {
  "k's without wanted gradients": (bench) => drives(bench, "order_skipped"),
  "columns that have nothing": (bench) => drives(bench, "first_episode"),
  "rounds that wait until sums have left": (bench, { run }) =>
    drives(bench, "round_room") && run.activity.breakdown.writeBack > 0,
};

/** Layers drawn at random that are tried for these, and the longest of them, in cycles. */
const [mostTried, mostCycles] = [150, 1500];

/**
 * A bench in SystemVerilog that runs small layers, one after another: what changes at the inputs, and what must be at the
 * outputs, are read from a file each. [path] text
 */
export function fileBench(p: SwgParameters): Map<string, string> {
  const ports = designPorts(designParameters(p));
  const benches = [...benchLayers(ports, p)];
  const hex = (words: Iterable<number>) => Array.from(words, (word) => word.toString(16)).join(" ");
  const inputs: string[] = [];
  const outputs: string[] = [];
  let comparisons = 0;
  const held = new Map<number, number>();
  for (const { stimulus, expected, start } of benches) {
    for (const [cycle, changes] of stimulus.changes.entries()) {
      // a layer's inputs are 0 at first
      const changed = new Map(cycle === 0 ? Array.from(held.keys(), (word) => [word, 0]) : []);
      for (let i = 0; i < changes.length; i += 2) changed.set(changes[i], changes[i + 1]);
      for (const [word, value] of changed) held.set(word, value);
      inputs.push(hex([changed.size, ...[...changed].flat()]));
      const words = cycle < start ? [] : expected.caredFor(cycle);
      comparisons += words.length;
      outputs.push(hex([words.length, ...words.flatMap(({ word, mask, value }) => [word, mask, value])]));
    }
  }
  const [{ stimulus, expected }] = benches;
  return new Map([
    ["array_bench.sv", benchText(ports, stimulus.frame.words, expected.frame.words, comparisons, p)],
    ["inputs.hex", `${inputs.join("\n")}\n`],
    ["outputs.hex", `${outputs.join("\n")}\n`],
  ]);
}

/** A small layer, and others that make use of what those before did not. */
function* benchLayers(ports: readonly PortShape[], p: SwgParameters): Generator<ArrayBench> {
  const missing = new Set(Object.values(rare));
  const small = smallLayer(p);
  const layers = function* () {
    yield small;
    yield* randomLayers(p, 1, mostTried);
  };
  for (const layer of layers()) {
    if (missing.size === 0) return;
    const { trace, mapping } = layer;
    const occupied = occupancy(trace);
    const record = recordLayer(occupied, layerStatistics(occupied), mapping, p);
    if (layer !== small && record.run.activity.cycles > mostCycles) continue;
    const bench = arrayBench(ports, trace, record, mapping, p);
    const found = [...missing].filter((has) => has(bench, record));
    if (layer !== small && found.length === 0) continue;
    for (const has of found) missing.delete(has);
    yield bench;
  }
}

function smallLayer(p: SwgParameters): MappedLayer {
  const shares = { fmap: 0.5, emap: 0.4, mask: 0.6 };
  const layers = smallLayers(p.columns).map((layer) =>
    flattenPointwise(drawnLayer(seededRandom(1), layer, shares)),
  );
  const fits = (layer: LayerTrace) => !candidates(layerStatistics(occupancy(layer)), p).next().done;
  const trace = layers.find(fits) ?? layers[layers.length - 1];
  return { trace, mapping: fastMapping(occupancy(trace), p) };
}

/** Whether a layer ever puts anything but 0 on a port. */
function drives({ stimulus }: ArrayBench, port: string): boolean {
  const { word, width } = stimulus.frame.place(port);
  const end = word + Math.ceil(width / 32);
  return stimulus.changes.some((changes) =>
    changes.some((value, i) => i % 2 === 1 && value > 0 && changes[i - 1] >= word && changes[i - 1] < end),
  );
}

function benchText(
  ports: readonly PortShape[],
  inputWords: number,
  outputWords: number,
  comparisons: number,
  p: SwgParameters,
): string {
  const connections = (direction: "in" | "out") => {
    let word = 0;
    return ports
      .filter((port) => port.direction === direction)
      .map(({ name, width }) => {
        const at = word * 32;
        word += Math.ceil(width / 32);
        return `      .${name}(${direction}puts[${at}+:${width}])`;
      });
  };
  return `// Runs the array on small layers, one after another, and compares its outputs in every cycle with what the cycle model says.
// inputs.hex: for each cycle how many words of the inputs change, then place and value of each.
// outputs.hex: for each cycle how many words are compared, then place, mask and value of each. Run from the folder above.
module array_bench;
  logic clock = 1'b1;
  logic [${inputWords * 32 - 1}:0] inputs = '0;
  logic [${outputWords * 32 - 1}:0] outputs;
  integer input_file;
  integer output_file;
  integer found;
  integer found_output;
  integer changed;
  integer compared;
  integer cycle;
  integer comparisons;
  logic [31:0] input_place;
  logic [31:0] input_value;
  logic [31:0] place;
  logic [31:0] mask;
  logic [31:0] value;

  swg dut (
      .clock,
${[...connections("in"), ...connections("out")].join(",\n")}
  );

  always #1 clock = ~clock;

  initial begin
    input_file = $fopen("bench/inputs.hex", "r");
    output_file = $fopen("bench/outputs.hex", "r");
    if (input_file == 0 || output_file == 0) $fatal(1, "bench/inputs.hex or bench/outputs.hex cannot be read");
    cycle = 0;
    comparisons = 0;
  end

  always @(negedge clock) begin
    found = $fscanf(input_file, "%h", changed);
    if (found != 1) begin
      if (comparisons != ${comparisons})
        $fatal(1, "FAIL %0d words of the outputs were compared, bench/outputs.hex must have ${comparisons}", comparisons);
      $display("PASS %0d cycles of ${p.columns} x ${p.rows} PEs, %0d words of the outputs compared", cycle, comparisons);
      $finish;
    end else
      for (int i = 0; i < changed; i++) begin
        found = $fscanf(input_file, "%h %h", input_place, input_value);
        inputs[input_place*32+:32] <= input_value;
      end
  end

  always @(posedge clock) begin
    found_output = $fscanf(output_file, "%h", compared);
    if (found_output == 1)
      for (int i = 0; i < compared; i++) begin
        found_output = $fscanf(output_file, "%h %h %h", place, mask, value);
        comparisons = comparisons + (found_output == 3 ? 1 : 0);
        if ((outputs[place*32+:32] & mask) !== (value & mask))
          $fatal(1, "FAIL cycle %0d, outputs[%0d+:32]: expected %h, is %h", cycle, place * 32, value & mask,
              outputs[place*32+:32] & mask);
      end
    cycle = cycle + 1;
  end
endmodule
`;
}
