import { unknownName } from "../../src/input-error.ts";
import { isZip, readNpz } from "../../src/trace/numpy/npz.ts";
import type { OccupancySource } from "../../src/trace/occupancy.ts";
import { onnxNetwork } from "../../src/trace/onnx/network.ts";
import { readTraceFile } from "../../src/trace/swg-trace.ts";
import { syntheticTraceOf } from "../../src/trace/synthetic.ts";
import { topologyNetwork } from "../../src/trace/topology/network.ts";
import type { TraceLabels } from "../../src/trace/trace.ts";
import { networks } from "../../src/workload/networks/index.ts";
import type { CapturedSource, MadeUpSource, Step } from "../source.ts";
import { fileBytes } from "./chosen-file.ts";

/** An opened source, and the labels of all steps of its file. */
interface Opened {
  readonly trace: OccupancySource;
  readonly steps: readonly TraceLabels[];
}

/** Opens a training step as the program does. Throws `InputError`. */
export const openSource = (source: CapturedSource | MadeUpSource): Opened =>
  "file" in source ? openCaptured(source) : openMadeUp(source);

/** What the page is told of it. */
export const stepOf = ({ trace, steps }: Opened): Step => ({
  labels: trace.labels,
  layers: trace.layers,
  ...(trace.coverage && { coverage: trace.coverage }),
  steps,
});

function openCaptured({ file, step }: CapturedSource): Opened {
  const bytes = fileBytes(file);
  const { steps } = isZip(bytes) ? readNpz(bytes) : readTraceFile(bytes);
  const labels = steps.map((trace) => trace.labels);
  const trace = step === undefined ? steps[0] : steps.find((one) => one.labels.step === step);
  if (trace) return { trace, steps: labels };
  throw unknownName(
    "step",
    `${step}`,
    labels.map((known) => `${known.step}`),
  );
}

function openMadeUp({ network, images, seed, ...zeros }: MadeUpSource): Opened {
  const { name, found, usual } = typeof network === "string" ? known(network) : described(network, images);
  const trace = syntheticTraceOf(name, found, images ?? usual, seed, zeros);
  return { trace, steps: [trace.labels] };
}

function known(name: string) {
  if (!Object.hasOwn(networks, name)) throw unknownName("network", name, Object.keys(networks));
  return { name, found: networks[name], usual: usualImages };
}

/** Images of a known network where nobody says how many: few, since a page answers at once. */
const usualImages = 4;

/** The network whose shapes a file has, and as many images as it is taken for. */
function described(file: File, images: number | undefined) {
  const bytes = fileBytes(file);
  const { name } = file;
  if (/\.csv$/i.test(name)) return { name, found: topologyNetwork(bytes), usual: 1 };
  const found = onnxNetwork(bytes, new Map(), images);
  return { name, found, usual: found.images };
}
