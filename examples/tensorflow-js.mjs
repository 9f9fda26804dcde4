// Trains a small CNN with TensorFlow.js, in Node or in a page, and records three steps of it as a trace for SWG.
//
//   node examples/tensorflow-js.mjs out/tensorflow-js.safetensors
//   npx swg run --trace out/tensorflow-js.safetensors
import "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";
import * as keras from "@tensorflow/tfjs-layers";
import { writeTraceFile } from "swg-sim";
import { recordTrainingStep } from "swg-sim/tfjs";

const out = process.argv[2] ?? "tensorflow-js.safetensors";
const [steps, recorded] = [21, [0, 10, 20]];

/** Bars on noise: upright ones, and lying ones. */
function pictures(count, seed) {
  const noise = tf.randomUniform([count, 16, 16, 1], 0, 0.3, "float32", seed).dataSync();
  const drawn = Float32Array.from(noise, (value, i) => {
    const picture = Math.floor(i / 256);
    const [row, column] = [Math.floor((i % 256) / 16), i % 16];
    const at = 3 + ((7 * picture + seed) % 10);
    return Math.abs((picture % 2 === 0 ? column : row) - at) < 2 ? 1 : value;
  });
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  return { x: tf.tensor4d(drawn, [count, 16, 16, 1]), y: tf.oneHot(tf.tensor1d(labels, "int32"), 2) };
}

const { layers } = keras;
const seeded = (seed) => ({ kernelInitializer: keras.initializers.heNormal({ seed }) });
const model = keras.sequential({
  name: "two bars",
  layers: [
    layers.conv2d({
      name: "conv1",
      filters: 4,
      kernelSize: 3,
      activation: "relu",
      ...seeded(1),
      inputShape: [16, 16, 1],
    }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({
      name: "conv2",
      filters: 8,
      kernelSize: 3,
      padding: "same",
      activation: "relu",
      ...seeded(2),
    }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ name: "fc", units: 2, activation: "softmax", ...seeded(3) }),
  ],
});
model.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss: "categoricalCrossentropy" });

const traces = [];
for (let step = 0; step < steps; step++) {
  const { x, y } = pictures(8, step + 1);
  if (recorded.includes(step)) {
    const options = { step, optimizerStep: step, maxBatch: 4, dataset: "drawn bars" };
    traces.push(await recordTrainingStep(tf, model, x, y, options));
  }
  const loss = Number(await model.trainOnBatch(x, y));
  if (recorded.includes(step)) console.log(`step ${step}: loss ${loss.toFixed(3)}`);
  tf.dispose([x, y]);
}
writeTraceFile(out, traces); // in a page: new Blob([traceBytes(traces)]), from "swg-sim/tfjs"
console.log(`wrote ${out}: steps ${recorded.join(", ")}`);
