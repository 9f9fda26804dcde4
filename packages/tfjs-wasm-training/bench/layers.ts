import * as tf from "@tensorflow/tfjs-core";
import { drawer } from "../test/drawn-blobs.ts";
import { setMode } from "./baselines.ts";
import { interleaved, timed } from "./interleaved.ts";
import type { Row } from "./table.ts";

type Sizes = [number, number, number, number, number];

/** Layers [N, H, C, K, R], square pictures and filters, stride 1, padding 'same'. */
const shapes = {
  "3x3, 64 channels": [16, 16, 64, 64, 3],
  "3x3, 16 channels": [16, 32, 16, 16, 3],
  "8x8 pictures": [16, 8, 64, 64, 3],
  "1x1, 128 channels": [16, 16, 128, 128, 1],
  "first layer": [16, 32, 3, 32, 3],
} satisfies Record<string, Sizes>;
export type BenchedLayer = keyof typeof shapes;
const densities = [1, 0.5, 0.3, 0.2, 0.1, 0.05];

/** Milliseconds of each phase of a layer by the density of its maps: dense, chosen, and what choosing costs. */
export async function benchLayers(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, sizes] of Object.entries(shapes))
    for (const density of densities) {
      const layer = name as BenchedLayer;
      const [N, H, C, K, R] = sizes;
      const maps = drawnMaps(density, layer);
      for (const [phase, run] of Object.entries(phasesOf(maps, filterShapeOf(layer)))) {
        const ways = (["dense", "package"] as const).map((name) => {
          const compute = () => {
            setMode(name);
            run().dispose();
          };
          return { name, run: () => timed(compute) };
        });
        await interleaved(ways, 2);
        const ms = await interleaved(ways, rounds);
        const macs = N * H * H * C * K * R * R;
        rows.push({
          layer,
          phase,
          "density %": `${100 * density}`,
          "dense ms": ms.dense,
          "chosen ms": ms.package,
          "chosen / dense": ms.package / ms.dense,
          "dense G MAC/s": macs / ms.dense / 1e6,
        });
      }
      tf.dispose(Object.values(maps));
    }
  return rows;
}

export function filterShapeOf(layer: BenchedLayer): readonly number[] {
  const [, , C, K, R] = shapes[layer];
  return [R, R, C, K];
}

/** Operands whose maps have such a density. */
export function drawnMaps(density: number, layer: BenchedLayer) {
  const [N, H, C, K, R]: Sizes = shapes[layer];
  const draw = drawer(1);
  const tensor = (shape: [number, number, number, number], share: number) =>
    tf.tensor4d(
      Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => (draw() < share ? draw() - 0.5 : 0)),
      shape,
    );
  return {
    x: tensor([N, H, H, C], density),
    dy: tensor([N, H, H, K], density),
    filter: tensor([R, R, C, K], 1),
  };
}

/** The three phases as calls of TensorFlow.js. */
export function phasesOf(
  { x, dy, filter }: { x: tf.Tensor4D; dy: tf.Tensor4D; filter: tf.Tensor4D },
  filterShape: readonly number[],
  strides: readonly number[] = [1, 1],
  pad: tf.backend_util.ExplicitPadding | "same" = "same",
): Record<"WG" | "BP" | "FW", () => tf.Tensor> {
  const attrs = { strides, pad, dataFormat: "NHWC", dilations: [1, 1], filterShape, inputShape: x.shape };
  const kernel = (name: string, inputs: tf.NamedTensorMap) => () =>
    tf.engine().runKernel(name, inputs, attrs as never) as tf.Tensor;
  return {
    WG: kernel("Conv2DBackpropFilter", { x, dy }),
    BP: kernel("Conv2DBackpropInput", { dy, filter }),
    FW: kernel("Conv2D", { x, filter }),
  };
}
