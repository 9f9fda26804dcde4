import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import "../src/index.ts";
import { expectNoLeak } from "./leak.ts";
import { type NetworkName, networks } from "./networks.ts";
import { train } from "./train.ts";
import { bitsOf } from "./wasm-engine.ts";

beforeEach(async () => {
  await tf.setBackend("wasm");
  tf.env().reset();
});

describe("does skipping zeros change a result in a training of full size?", () => {
  it.each(Object.keys(networks) as NetworkName[])("%s: not a bit in 20 steps", async (name) => {
    const sizes = { side: 32, batch: 16, steps: 20 };
    const skipping = await train(name, sizes);
    tf.env().set("WASM_TRAINING_SKIP_ZEROS", false);
    const dense = await train(name, sizes);
    expect(skipping.losses).toEqual(dense.losses);
    expect(skipping.weights.map(bitsOf)).toEqual(dense.weights.map(bitsOf));
    expect(skipping.losses[19]).toBeLessThan(skipping.losses[0]);
  });
});

it("no training leaves a tensor, scratch or heap behind, in 1,000 steps", () => expectNoLeak(1000));
