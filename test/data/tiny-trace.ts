import { seededRandom } from "../../src/random.ts";
import { writeTrace } from "../../src/trace/file.ts";
import { captureStep } from "../../src/training/capture.ts";
import { maskOfLargest } from "../../src/training/mask.ts";
import { digitNetwork } from "../../src/training/network.ts";
import { drawPictures } from "../../src/training/pictures.ts";
import { train } from "../../src/training/train.ts";

/** Writes the step of two pictures after a short training; conv3 keeps the gradients of its 40 % largest weights. */
export function writeTinyTrace(path: string): void {
  const random = seededRandom(2024);
  const pictures = { training: drawPictures(400, random), heldOut: drawPictures(100, random) };
  const network = digitNetwork(random);
  const schedule = { epochs: 2, batch: 20, learningRate: 0.05, momentum: 0.9 };
  const { steps } = train(network, pictures, schedule, random);
  const layers = captureStep(network, drawPictures(2, random), ({ layer, weights }) =>
    layer.name === "conv3" ? maskOfLargest(weights, 0.4) : undefined,
  );
  writeTrace(path, { network: "digits", dataset: "drawn digits, seed 2024", step: steps, batch: 2 }, layers);
}
