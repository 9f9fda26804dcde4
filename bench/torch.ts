import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { denseMacs } from "../src/workload/layer.ts";
import { type Measurement, openSource, type Task, taskText } from "./measurement.ts";

/** From out/bench/bench/, where this file runs. */
const script = fileURLToPath(new URL("../../../bench/torch-gradient.py", import.meta.url));

/** PyTorch's version; undefined where python3 or torch is missing. */
export function torchVersion(): string | undefined {
  const asked = spawnSync("python3", ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

/** The layers' gradients in PyTorch, on maps of random numbers. */
export function measureTorch(task: Task): Measurement {
  const { source, labels, layers } = openSource(task);
  const input = JSON.stringify({ threads: task.threads, layers });
  const { status, stdout, stderr } = spawnSync("python3", [script], { input, encoding: "utf8" });
  if (status !== 0) throw new Error(`${taskText(task)}: python3 failed\n${stderr}`);
  return {
    ...{ ...task, source, batch: labels.batch },
    denseMacs: layers.reduce((sum, layer) => sum + denseMacs(layer), 0),
    ...(JSON.parse(stdout) as Pick<Measurement, "seconds" | "makingSeconds" | "peakMib">),
  };
}
