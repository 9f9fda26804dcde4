import * as keras from "@tensorflow/tfjs-layers";

const { layers } = keras;
type Layered = ReturnType<ReturnType<typeof layers.reLU>["apply"]>;

/** Widening, channels, blocks and first stride of each stage. */
const stages = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/** MobileNetV2 of ten classes. */
export function mobileNetV2(side: number): keras.LayersModel {
  const input = keras.input({ shape: [side, side, 3] });
  let x = relu6(convolution(input, 32, 3, 2));
  let channels = 32;
  for (const [widening, outputs, count, first] of stages)
    for (let block = 0; block < count; block++) {
      const strides = block === 0 ? first : 1;
      const y = inverted(x, widening * channels, outputs, strides, widening > 1);
      const same = strides === 1 && channels === outputs;
      x = same ? layers.add().apply([x, y] as keras.SymbolicTensor[]) : y;
      channels = outputs;
    }
  x = relu6(convolution(x, 1280, 1, 1));
  const pooled = layers.globalAveragePooling2d({}).apply(x);
  const output = layers.dense({ units: 10, activation: "softmax" }).apply(pooled) as keras.SymbolicTensor;
  return keras.model({ inputs: input, outputs: output });
}

function inverted(x: Layered, wide: number, outputs: number, strides: number, widens: boolean): Layered {
  const widened = widens ? relu6(convolution(x, wide, 1, 1)) : x;
  const filtered = layers
    .depthwiseConv2d({ kernelSize: 3, strides, padding: "same", useBias: false })
    .apply(widened);
  return convolution(relu6(layers.batchNormalization().apply(filtered)), outputs, 1, 1);
}

const relu6 = (x: Layered) => layers.reLU({ maxValue: 6 }).apply(x);

function convolution(x: Layered, filters: number, kernelSize: number, strides: number): Layered {
  const layer = layers.conv2d({ filters, kernelSize, strides, padding: "same", useBias: false });
  return layers.batchNormalization().apply(layer.apply(x));
}
