import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { denseMacs } from "../src/workload/layer.ts";
import { type Measurement, openSource, type Task, taskText } from "./measurement.ts";

/** From out/bench/bench/, where this file runs. */
const script = fileURLToPath(new URL("../../../bench/torch-gradient.py", import.meta.url));

/** The version of PyTorch in a Python that has it. */
export const torchVersion = (python: string): string =>
  execFileSync(python, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" }).trim();

/** The layers' gradients in PyTorch, on maps of random numbers. */
export function measureTorch(task: Task, python: string): Measurement {
  const { source, labels, layers } = openSource(task);
  const input = JSON.stringify({ threads: task.threads, layers });
  const { status, stdout, stderr } = spawnSync(python, [script], { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`${taskText(task)}: ${python} failed\n${stderr}`);
  return {
    ...task,
    source,
    batch: labels.batch,
    denseMacs: layers.reduce((sum, layer) => sum + denseMacs(layer), 0),
    ...(JSON.parse(stdout) as Pick<Measurement, "seconds" | "makingSeconds" | "peakMib">),
  };
}
