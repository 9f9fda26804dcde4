import { engine, type GradConfig, getBackend, type NamedTensorMap, type Tensor } from "@tensorflow/tfjs-core";
import { usesKernels } from "../flags.ts";

type Gradients = Record<keyof NamedTensorMap, () => Tensor>;

/** A gradient of one's own on wasm where it has one for a call; else, and on all other backends, the one of before. */
export const onWasm =
  (own: (dy: Tensor, saved: Tensor[], attrs: object) => Gradients | undefined) =>
  (before: GradConfig): GradConfig => ({
    ...before,
    gradFunc(dy, saved, attrs) {
      // a gradient of this gradient is asked for, which our kernels do not have
      const within = engine().state.gradientDepth > 0;
      const float =
        !Array.isArray(dy) && dy.dtype === "float32" && saved.every(({ dtype }) => dtype === "float32");
      const ours =
        float && !within && getBackend() === "wasm" && usesKernels() ? own(dy, saved, attrs) : undefined;
      return (ours as ReturnType<GradConfig["gradFunc"]> | undefined) ?? before.gradFunc(dy, saved, attrs);
    },
  });
