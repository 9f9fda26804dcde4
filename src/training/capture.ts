import type { LayerTrace } from "../trace/trace.ts";
import type { Network, Stage } from "./network.ts";
import type { Pictures } from "./pictures.ts";
import { takeStep } from "./step.ts";
import { weightGradient } from "./weight-gradient.ts";

/**
 * One training step, caught before its update: each layer's fmap and emap, and the gradient computed in float64
 * from exactly these, stored as float32. `maskOf` may give a layer a mask; by default none has one.
 */
export function captureStep(
  network: Network,
  batch: Pictures,
  maskOf: (stage: Stage) => Uint8Array | undefined = () => undefined,
): LayerTrace[] {
  return takeStep(network, batch).stages.map((stage, i) => {
    const mask = maskOf(network[i]);
    const trace = { ...stage, ...(mask && { mask }) };
    return { ...trace, weightGradient: Float32Array.from(weightGradient(trace)) };
  });
}
