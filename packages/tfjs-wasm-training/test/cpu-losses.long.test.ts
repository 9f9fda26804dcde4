import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { comparedTraining, cpuLosses } from "./cpu-losses.ts";
import type { NetworkName } from "./networks.ts";
import { train } from "./train.ts";

it.each(Object.keys(cpuLosses) as NetworkName[])(
  "the losses written down are the cpu backend's: %s",
  async (name) => {
    await tf.setBackend("cpu");
    const { losses } = await train(name, comparedTraining);
    for (const [step, loss] of losses.entries()) expect(loss).toBeCloseTo(cpuLosses[name][step], 5);
  },
);
