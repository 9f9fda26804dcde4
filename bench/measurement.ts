import { join } from "node:path";
import { openTrace } from "../src/trace/file.ts";
import type { OccupancySource } from "../src/trace/occupancy.ts";
import { syntheticTrace } from "../src/trace/synthetic.ts";

/** What can be timed, and what it is. */
export const kernels = {
  reference: "the readable cycle model",
  fast: "the engine in WebAssembly, equal to it",
  tiled: "the dense gradient itself in f32: our own kernel in WebAssembly",
  torch: "the same in PyTorch, where a Python has it",
} as const;

export type KernelName = keyof typeof kernels;

/** One thing to time: every layer of a network. */
export interface Task {
  readonly network: string;
  readonly kernel: KernelName;
  readonly threads: number;
}

/** What a thread spent on one layer, or on several. */
export interface Spent {
  /** simulating or computing */
  readonly seconds: number;
  /** making or reading the maps */
  readonly makingSeconds: number;
  /** where the kernel counts them */
  readonly validPairs: number;
}

/** A task that was timed. */
export interface Measurement extends Task, Omit<Spent, "validPairs"> {
  /** what the maps are */
  readonly source: string;
  readonly batch: number;
  readonly denseMacs: number;
  /** absent: the kernel does not look for zeros */
  readonly validPairs?: number;
  /** resident memory of the whole process, Node or Python included, at its highest */
  readonly peakMib: number;
}

/**
 * The maps that a task is timed on: vgg8's real training step of 8 images where SWG_TEST_DATA names the folder that has
 * it, otherwise made-up zeros. Residual networks and the rest: 32 images, 1 for the reference, which takes minutes for
 * that one.
 */
export function openSource({ network, kernel }: Task): OccupancySource {
  const folder = process.env.SWG_TEST_DATA;
  if (network === "vgg8" && folder)
    return openTrace(join(folder, "traces", "vgg8-cifar10-step2270.safetensors"));
  if (network === "vgg8") return syntheticTrace(network, 8, 1);
  return syntheticTrace(network, kernel === "reference" ? 1 : 32, 1);
}

/** Seconds that `work` takes by the clock, and what it returns. */
export function timed<T>(work: () => T): { seconds: number; result: T } {
  const started = performance.now();
  const result = work();
  return { seconds: (performance.now() - started) / 1000, result };
}

/** One line for a program's reader: `resnet18, fast, 2 threads` */
export const taskText = ({ network, kernel, threads }: Task): string =>
  `${network}, ${kernel}, ${threads} ${threads === 1 ? "thread" : "threads"}`;
