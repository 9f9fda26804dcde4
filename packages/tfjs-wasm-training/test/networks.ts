import type { SymbolicTensor } from "@tensorflow/tfjs-layers";
import * as keras from "@tensorflow/tfjs-layers";

const { layers } = keras;

/** Three networks for pictures of `side` x `side` pixels and ten classes; drawn weights come from a seed. */
export const networks = { small, mobile, resnet20 };
export type NetworkName = keyof typeof networks;

let seed = 1;
const drawn = () => keras.initializers.glorotUniform({ seed: seed++ });

/** Four 3x3 layers with ReLUs and pooling: error maps full of zeros. */
function small(side: number): keras.LayersModel {
  seed = 1;
  const convolution = (filters: number, first = false) =>
    layers.conv2d({
      filters,
      kernelSize: 3,
      padding: "same",
      activation: "relu",
      kernelInitializer: drawn(),
      ...(first && { inputShape: [side, side, 3] }),
    });
  const pool = () => layers.maxPooling2d({ poolSize: 2 });
  return keras.sequential({
    layers: [
      convolution(32, true),
      convolution(32),
      pool(),
      convolution(64),
      pool(),
      convolution(128),
      pool(),
      layers.flatten(),
      layers.dense({ units: 10, activation: "softmax", kernelInitializer: drawn() }),
    ],
  });
}

/** Depthwise and 1x1 layers with batch normalisation, as in MobileNet. */
function mobile(side: number): keras.LayersModel {
  seed = 1;
  const input = keras.input({ shape: [side, side, 3] });
  const stem = layers.conv2d({
    filters: 32,
    kernelSize: 3,
    padding: "same",
    useBias: false,
    kernelInitializer: drawn(),
  });
  let x = normalised(stem.apply(input));
  for (const [filters, strides] of [
    [64, 1],
    [128, 2],
    [128, 1],
    [256, 2],
    [256, 1],
  ]) {
    const depthwise = layers.depthwiseConv2d({
      kernelSize: 3,
      strides,
      padding: "same",
      useBias: false,
      depthwiseInitializer: drawn(),
    });
    x = normalised(depthwise.apply(x));
    const pointwise = layers.conv2d({ filters, kernelSize: 1, useBias: false, kernelInitializer: drawn() });
    x = normalised(pointwise.apply(x));
  }
  return classifier(input, x);
}

/** ResNet-20 for small pictures: batch normalisation and shortcuts. */
function resnet20(side: number): keras.LayersModel {
  seed = 1;
  const input = keras.input({ shape: [side, side, 3] });
  const convolved = (x: Layered, filters: number, strides: number, kernelSize = 3) =>
    layers.batchNormalization().apply(
      layers
        .conv2d({
          filters,
          kernelSize,
          strides,
          padding: "same",
          useBias: false,
          kernelInitializer: drawn(),
        })
        .apply(x),
    );
  let x = layers.reLU().apply(convolved(input, 16, 1));
  for (const filters of [16, 32, 64])
    for (let block = 0; block < 3; block++) {
      const strides = filters !== 16 && block === 0 ? 2 : 1;
      const inner = convolved(layers.reLU().apply(convolved(x, filters, strides)), filters, 1);
      const shortcut = strides === 2 ? convolved(x, filters, 2, 1) : x;
      x = layers.reLU().apply(layers.add().apply([inner, shortcut] as SymbolicTensor[]));
    }
  return classifier(input, x);
}

type Layered = ReturnType<ReturnType<typeof layers.reLU>["apply"]>;

const normalised = (x: Layered) => layers.reLU().apply(layers.batchNormalization().apply(x));

function classifier(input: SymbolicTensor, x: Layered): keras.LayersModel {
  const pooled = layers.globalAveragePooling2d({}).apply(x);
  const output = layers.dense({ units: 10, activation: "softmax", kernelInitializer: drawn() }).apply(pooled);
  return keras.model({ inputs: input, outputs: output as SymbolicTensor });
}
