import type { LayerTrace } from "../trace/trace.ts";
import { backward } from "./backward.ts";
import { crossEntropy } from "./cross-entropy.ts";
import { forward } from "./forward.ts";
import { maxPool, type Pooled, unpool } from "./max-pool.ts";
import { forImages, type Network, type Stage } from "./network.ts";
import type { Pictures } from "./pictures.ts";

/** One stage's way forward: what it was given, and what it made of it. */
interface Passed {
  /** [N][C][H][W] */
  readonly fmap: Float32Array;
  /** [N][K][P][Q], after ReLU. */
  readonly activated: Float32Array;
  readonly pooled: Pooled | undefined;
  /** What the next stage is given. */
  readonly output: Float32Array;
}

/** What a training step saw. */
export interface Step {
  readonly loss: number;
  readonly correct: number;
  /** Layer, fmap and emap of each stage, first to last. */
  readonly stages: readonly Pick<LayerTrace, "layer" | "fmap" | "emap">[];
}

/** FF alone: the scores [N][classes] of a batch. */
export const scoresOf = (network: Network, batch: Pictures): Float32Array =>
  passForward(network, batch).at(-1)!.output;

/** FF and BP of a batch: the fmap and emap of every layer, from which WG follows. Nothing is updated. */
export function takeStep(network: Network, batch: Pictures): Step {
  const images = batch.digits.length;
  const passes = passForward(network, batch);
  const { loss, correct, errors } = crossEntropy(passes.at(-1)!.output, batch.digits);
  const stages: Step["stages"][number][] = [];
  let error = errors;
  for (let i = network.length - 1; i >= 0; i--) {
    const layer = forImages(network[i].layer, images);
    const emap = errorBeforeActivation(network[i], passes[i], error);
    stages.unshift({ layer, fmap: passes[i].fmap, emap });
    if (i > 0) error = backward(layer, emap, network[i].weights);
  }
  return { loss, correct, stages };
}

function passForward(network: Network, batch: Pictures): Passed[] {
  const passes: Passed[] = [];
  let fmap = batch.pixels;
  for (const stage of network) {
    const layer = forImages(stage.layer, batch.digits.length);
    const activated = forward(layer, fmap, stage.weights, stage.bias);
    if (stage.relu) for (let i = 0; i < activated.length; i++) activated[i] = Math.max(0, activated[i]);
    const pooled = stage.pool ? maxPool(activated, layer.P, layer.Q) : undefined;
    const output = pooled ? pooled.values : activated;
    passes.push({ fmap, activated, pooled, output });
    fmap = output;
  }
  return passes;
}

/** From the error of a stage's output to its emap: back through pooling, then 0 where ReLU let nothing through. */
function errorBeforeActivation(
  { relu }: Stage,
  { activated, pooled }: Passed,
  error: Float32Array,
): Float32Array {
  const emap = pooled ? unpool(error, pooled.winners, activated.length) : error;
  return relu ? emap.map((value, i) => (activated[i] > 0 ? value : 0)) : emap;
}
