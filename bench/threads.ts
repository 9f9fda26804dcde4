// One measurement in a process of its own, so that its peak memory is its own: gets a task, answers with a measurement.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { denseMacs, type Layer } from "../src/workload/layer.ts";
import { type Measurement, openSource, type Spent, type Task } from "./measurement.ts";

/** Deals layers to a thread as it asks for them, until none is left. */
async function runThread(task: Task, layers: Iterator<Layer>): Promise<Spent> {
  const worker = new Worker(new URL("worker.js", import.meta.url), { workerData: task });
  const total = { seconds: 0, makingSeconds: 0, validPairs: 0 };
  await once(worker, "message");
  for (let next = layers.next(); !next.done; next = layers.next()) {
    worker.postMessage(next.value.name);
    const [spent]: Spent[] = await once(worker, "message");
    total.seconds += spent.seconds;
    total.makingSeconds += spent.makingSeconds;
    total.validPairs += spent.validPairs;
  }
  await worker.terminate();
  return total;
}

/** Layers go to threads largest first. The threads' seconds are those of the thread that worked longest. */
async function measure(task: Task): Promise<Measurement> {
  const { source, labels, layers } = openSource(task);
  const largestFirst = [...layers].sort((a, b) => denseMacs(b) - denseMacs(a)).values();
  const spent = await Promise.all(Array.from({ length: task.threads }, () => runThread(task, largestFirst)));
  const validPairs = spent.reduce((sum, thread) => sum + thread.validPairs, 0);
  return {
    ...task,
    source,
    batch: labels.batch,
    seconds: Math.max(...spent.map((thread) => thread.seconds)),
    makingSeconds: Math.max(...spent.map((thread) => thread.makingSeconds)),
    denseMacs: layers.reduce((sum, layer) => sum + denseMacs(layer), 0),
    ...(task.kernel === "tiled" ? {} : { validPairs }),
    peakMib: process.resourceUsage().maxRSS / 1024,
  };
}

process.once("message", async (task: Task) => {
  process.send!(await measure(task));
  process.disconnect();
});
