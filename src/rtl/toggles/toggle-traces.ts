import { join } from "node:path";
import { openTrace } from "../../trace/file.ts";
import { chosenLayers } from "./operands.ts";
import type { TraceOperands } from "./toggle-rows.ts";

/** The real training steps that operands are taken from. */
const traceNames = [
  "vgg8-cifar10-step2270",
  "vgg8-cifar10-step2270-mask40",
  "resnet20-cifar10-step452",
] as const;

/** Their operands; `folder` holds the files. Throws `InputError` where one is missing. */
export const toggleTraces = (folder: string): TraceOperands[] =>
  traceNames.map((name) => {
    const trace = openTrace(join(folder, `${name}.safetensors`));
    return { name, layers: () => chosenLayers(trace) };
  });
