// One thread of a measurement: gets the names of layers one by one, and answers each with what it spent on it. Says
// that it is ready with `undefined`.

import { parentPort, workerData } from "node:worker_threads";
import { reference } from "../src/kernel/reference.ts";
import { fast } from "../src/kernel/wasm.ts";
import { denseMacs } from "../src/workload/layer.ts";
import { computeDense } from "./dense.ts";
import { openSource, type Spent, type Task } from "./measurement.ts";
import { simulate } from "./simulation.ts";

const task = workerData as Task;
const source = openSource(task);

function spend(name: string): Spent {
  if (task.kernel === "tiled") return computeDense(source.layers.find((layer) => layer.name === name)!);
  return simulate(task.kernel === "fast" ? fast : reference, source, name);
}

// compiles what is compiled at first use
const [smallest] = [...source.layers].sort((a, b) => denseMacs(a) - denseMacs(b));
spend(smallest.name);
parentPort!.on("message", (name: string) => parentPort!.postMessage(spend(name)));
parentPort!.postMessage(undefined);
