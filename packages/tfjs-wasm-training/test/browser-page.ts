import { getThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { profile } from "tfjs-wasm-training";
import { comparedTraining } from "./cpu-losses.ts";
import { type NetworkName, networks } from "./networks.ts";
import { train } from "./train.ts";

/** What a page found out, for test/browser.long.test.ts. */
export interface Found {
  readonly isolated: boolean;
  /** of the backend, as many as of this package */
  readonly threads: number;
  readonly losses: Record<string, number[]>;
  readonly profiled: number;
}

/** Trains the three networks on the backend whose files lie at `path`. */
export async function trained(path: string): Promise<Found> {
  setWasmPaths(path);
  await tf.setBackend("wasm");
  const losses: Record<string, number[]> = {};
  for (const name of Object.keys(networks) as NetworkName[])
    losses[name] = (await train(name, comparedTraining)).losses;
  const { layers } = await profile(() => train("small", { side: 16, batch: 2, steps: 1 }));
  return {
    isolated: crossOriginIsolated,
    threads: getThreadsCount(),
    losses,
    profiled: layers.length,
  };
}
