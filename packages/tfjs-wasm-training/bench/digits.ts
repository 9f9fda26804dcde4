import * as tf from "@tensorflow/tfjs-core";
import { seededRandom } from "../../../src/random.ts";
import { backward } from "../../../src/training/backward.ts";
import { forward } from "../../../src/training/forward.ts";
import { digitNetwork, type Stage } from "../../../src/training/network.ts";
import { choosePictures, drawPictures } from "../../../src/training/pictures.ts";
import { type Step, takeStep } from "../../../src/training/step.ts";
import { train } from "../../../src/training/train.ts";
import { weightGradient } from "../../../src/training/weight-gradient.ts";
import { setMode } from "./baselines.ts";
import { interleaved, timed } from "./interleaved.ts";
import { phasesOf } from "./layers.ts";
import type { Row } from "./table.ts";

const batch = 25;

type Phases = Readonly<Record<"WG" | "BP" | "FW", () => void>>;

/** Milliseconds of the convolutions in a step of swg-sim's own training, by its own functions and by this package's kernels. */
export async function benchDigits(rounds: number): Promise<Row[]> {
  const random = seededRandom(1);
  const pictures = drawPictures(20 * batch, random);
  const network = digitNetwork(random);
  const schedule = { epochs: 2, batch, learningRate: 0.05, momentum: 0.9 };
  train(network, { training: pictures, heldOut: drawPictures(batch, random) }, schedule, random);
  const { stages } = takeStep(network, choosePictures(pictures, [...Array(batch).keys()]));
  const layers = network.flatMap((stage, i) =>
    stage.layer.H > 1 ? [[ownPhases(stage, stages[i]), kernelPhases(stage, stages[i])] as const] : [],
  );
  setMode("package");
  const rows: Row[] = [];
  for (const phase of ["WG", "BP", "FW"] as const) {
    // the first layer's input has no use for a gradient
    const measured = phase === "BP" ? layers.slice(1) : layers;
    const way = (of: 0 | 1) => () =>
      timed(() => {
        for (const phases of measured) phases[of][phase]();
      });
    const ways = [
      { name: "swg-sim", run: way(0) },
      { name: "package", run: way(1) },
    ];
    await interleaved(ways, 3);
    const ms = await interleaved(ways, rounds);
    rows.push({ phase, ...ms, "x faster": ms["swg-sim"] / ms.package });
  }
  return rows;
}

type Traced = Step["stages"][number];

const ownPhases = ({ weights, bias }: Stage, traced: Traced): Phases => ({
  WG: () => void weightGradient(traced),
  BP: () => void backward(traced.layer, traced.emap, weights),
  FW: () => void forward(traced.layer, traced.fmap, weights, bias),
});

function kernelPhases({ weights }: Stage, { layer, fmap, emap }: Traced): Phases {
  const { N, C, H, W, K, P, Q, R, S, stride } = layer;
  const maps = {
    x: channelsLast(fmap, [N, C, H, W]),
    dy: channelsLast(emap, [N, K, P, Q]),
    filter: tf.tidy(() => tf.transpose(tf.tensor4d(weights, [K, C, R, S]), [2, 3, 1, 0])),
  };
  const { WG, BP, FW } = phasesOf(maps, [R, S, C, K], stride);
  return { WG: () => WG().dispose(), BP: () => BP().dispose(), FW: () => FW().dispose() };
}

const channelsLast = (values: ArrayLike<number>, shape: [number, number, number, number]): tf.Tensor4D =>
  tf.tidy(() => tf.transpose(tf.tensor4d(Float32Array.from(values), shape), [0, 2, 3, 1]));
