import {
  Einsum,
  FusedBatchNorm,
  type GradConfig,
  getGradient,
  getKernel,
  type KernelConfig,
  type KernelFunc,
  Mean,
  Relu,
  Relu6,
  registerGradient,
  registerKernel,
  Sum,
  unregisterGradient,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import type { Backend } from "./backend.ts";
import { engineOf, stopEngine } from "./engine.ts";
import { usesKernels } from "./flags.ts";
import { einsumGradient } from "./gradients/einsum.ts";
import { fusedBatchNormGradient } from "./gradients/fused-batch-norm.ts";
import { meanGradient, sumGradient } from "./gradients/reductions.ts";
import { relu6Gradient, reluGradient } from "./gradients/relu.ts";
import { trainingKernels } from "./kernels/index.ts";
import { sayOnce } from "./say-once.ts";
import type { Inputs, TrainingKernel } from "./training-kernel.ts";

/** Registers kernels for the wasm backend in place of its own, and gradients that on other backends are those of before. */
export function registerTraining(): void {
  for (const kernel of trainingKernels) registerInPlace(kernel);
  followGradient(FusedBatchNorm, fusedBatchNormGradient);
  followGradient(Mean, meanGradient);
  followGradient(Relu, reluGradient);
  followGradient(Relu6, relu6Gradient);
  followGradient(Sum, sumGradient);
  if (!getGradient(Einsum)) registerGradient(einsumGradient);
}

function registerInPlace(kernel: TrainingKernel): void {
  const own: KernelConfig | undefined = getKernel(kernel.name, "wasm");
  if (own) unregisterKernel(kernel.name, "wasm");
  registerKernel({
    ...own,
    kernelName: kernel.name,
    backendName: "wasm",
    kernelFunc: kernelFunc(kernel, own),
    disposeFunc: (backend) => stopEngine(backend as Backend),
  });
}

function kernelFunc(kernel: TrainingKernel, own: KernelConfig | undefined): KernelFunc {
  return (call) => {
    if (own && !usesKernels()) return own.kernelFunc(call);
    const inputs = call.inputs as Inputs;
    const attrs = call.attrs ?? {};
    const why = kernel.refuses(inputs, attrs);
    if (why === undefined) return kernel.compute(engineOf(call.backend as Backend), inputs, attrs);
    if (!own) throw new Error(`${kernel.name} of the wasm backend: ${why}`);
    if (!kernel.partial) sayOnce(`${kernel.name} is left to the wasm backend's own kernel: ${why}`);
    return own.kernelFunc(call);
  };
}

/**
 * Puts a gradient of ours in place of another whenever its kernel runs, which is before TensorFlow.js looks for it: the
 * gradients of all kernels are registered by tfjs-layers, which may be imported later than this package.
 */
function followGradient(name: string, ours: (before: GradConfig) => GradConfig): void {
  const own = getKernel(name, "wasm");
  let registered: GradConfig | undefined;
  unregisterKernel(name, "wasm");
  registerKernel({
    ...own,
    kernelFunc(call) {
      const current: GradConfig | undefined = getGradient(name);
      if (current && current !== registered) {
        registered = ours(current);
        unregisterGradient(name);
        registerGradient(registered);
      }
      return own.kernelFunc(call);
    },
  });
}
