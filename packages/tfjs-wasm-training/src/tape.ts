import { engine, type Tensor, type TensorInfo } from "@tensorflow/tfjs-core";
import { type GradientMask, masks } from "./gradient-mask.ts";

/** A convolution on the tape of the gradient that is being computed. */
interface TapedConvolution {
  readonly x: Tensor;
  readonly filter: Tensor;
  /** x as it was saved for the gradient */
  readonly savedX: Tensor;
}

const tape = () => engine().state.activeTape ?? [];

/**
 * The convolution whose gradient a call is for, by what was saved for that and is an input of the call: the map or the filter.
 * A saved tensor is one operation's alone. What asks for gradients in an operation of one's own is not found.
 */
function tapedConvolution(saved: TensorInfo): TapedConvolution | undefined {
  for (const { kernelName, inputs, saved: all } of tape()) {
    if (!(all as readonly TensorInfo[] | undefined)?.includes(saved)) continue;
    if (kernelName === "Conv2D" || kernelName === "DepthwiseConv2dNative")
      return { x: inputs.x, filter: inputs.filter, savedX: all![0] };
    // its gradient is not registered; it has the name of its scope
    if (kernelName === "fusedConv2d__op" || kernelName === "fusedDepthwiseConv2d__op")
      return { x: inputs[0], filter: inputs[1], savedX: all![1] };
  }
  return undefined;
}

const relus = ["Relu", "Relu6"];
/** Of these the result is 0 only where the gradient goes to zeros of the input, or nowhere. */
const passing = ["ClipByValue", "MaxPool", "Reshape"];

/**
 * The feature map of a convolution, by its saved filter, where it is a ReLU's result: the gradient is then thrown away where the
 * map is not above 0. Only in the outermost gradient, which can ask for nothing that was made under it: one within
 * another can, with respect to the map itself.
 */
export function reluBefore(savedFilter: TensorInfo): TensorInfo | undefined {
  if (engine().state.gradientDepth > 0) return undefined;
  const convolution = tapedConvolution(savedFilter);
  if (!convolution) return undefined;
  for (let { x } = convolution; ; ) {
    const maker = tape().find(({ outputs }) => outputs.some(({ id }) => id === x.id));
    if (!maker) return undefined;
    if (relus.includes(maker.kernelName)) return convolution.savedX;
    if (!passing.includes(maker.kernelName)) return undefined;
    x = maker.inputs.x;
  }
}

/** What of a filter's gradient is wanted, by the convolution's saved map. */
export function maskOfFilter(savedX: TensorInfo): GradientMask | undefined {
  const convolution = tapedConvolution(savedX);
  return convolution && masks.get(convolution.filter);
}
