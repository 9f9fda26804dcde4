import { readFileSync } from "node:fs";
import { arraySource, fast, onnxNetwork, runTrace, select, syntheticTraceOf } from "swg-sim";

// a ResNet-18 as PyTorch exports it, without its weights: only shapes are read
const path = process.argv[2]?.endsWith(".onnx")
  ? process.argv[2]
  : new URL("../test/data/onnx/resnet18.onnx", import.meta.url);
const network = onnxNetwork(arraySource("model.onnx", readFileSync(path)));

const layers = network.layers(1);
console.log(`${layers.length} layers, ${network.coverage.leftOut.length} kinds of operators left out`);

// the last convolution at batch 1, with the zeros that its place in the network suggests
const trace = syntheticTraceOf("model.onnx", network, 1, 7);
const last = layers.filter(({ type }) => type === "conv2d").at(-1)!;
const report = runTrace(trace, [select("swg"), select("dense")], fast, { layers: [last.name] });
for (const [machine, { cycles, macUtilization }] of Object.entries(report.totals.results))
  console.log(
    `${last.name} on ${machine}: ${cycles} cycles, ${(100 * macUtilization).toFixed(1)} % of its MACs`,
  );
