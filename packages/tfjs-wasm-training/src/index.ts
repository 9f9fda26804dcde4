/**
 * Training on TensorFlow.js's wasm backend: importing this registers its kernels and gradients.
 *
 * @module tfjs-wasm-training
 */

import "@tensorflow/tfjs-backend-wasm";
import { canRun } from "./engine.ts";
import { registerFlags } from "./flags.ts";
import { registerTraining } from "./register.ts";
import { sayOnce } from "./say-once.ts";

export { maskGradient } from "./mask-gradient.ts";
export { type Profile, type ProfiledCall, type ProfiledLayer, profile } from "./profile.ts";
export { withoutKernel } from "./without-kernel.ts";

registerFlags();
if (canRun()) registerTraining();
else sayOnce("there is no SIMD here; the wasm backend's own kernels run, and convolutions cannot be trained");
