import { outputExtent } from "../../workload/layer.ts";
import { attribute, axisOf, type Call, integer, integers, type Operator, shaped, Unknown } from "./value.ts";

/** A window over a picture, or over anything with one, two or three axes behind images and channels. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** those before each axis, then those behind each */
  readonly pads: readonly number[];
}

/** The window that a node's attributes describe; `kernel`: its size, where that follows from weights. */
export function windowOf(call: Call, kernel = integers(call, "kernel_shape")): Window {
  const input = call.input(0).shape.slice(2);
  const rank = input.length;
  if (!kernel || kernel.length !== rank) throw new Unknown("its kernel does not have the axes of its input");
  const axes = (name: string, otherwise: number) => {
    const given = integers(call, name);
    const found = given && given.length > 0 ? given : kernel.map(() => otherwise);
    if (found.length !== rank || found.some((n) => !Number.isInteger(n) || n < 1))
      throw new Unknown(`its ${name} must be ${rank} whole numbers from 1, are ${found.join(", ")}`);
    return found;
  };
  const strides = axes("strides", 1);
  const dilations = axes("dilations", 1);
  const given = integers(call, "pads");
  const pads = given && given.length > 0 ? given : new Array<number>(2 * rank).fill(0);
  if (pads.length !== 2 * rank) throw new Unknown(`its pads must be ${2 * rank}, are ${pads.length}`);
  return { kernel, strides, dilations, pads: autoPads(call, { kernel, strides, dilations, pads }, input) };
}

function autoPads(call: Call, { kernel, strides, dilations, pads }: Window, input: readonly number[]) {
  const mode = attribute(call, "auto_pad")?.s ?? "NOTSET";
  if (mode === "NOTSET") return pads;
  if (mode === "VALID") return pads.map(() => 0);
  const totals = input.map((extent, i) => {
    const covered = (Math.ceil(extent / strides[i]) - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1;
    return Math.max(0, covered - extent);
  });
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  return mode === "SAME_LOWER" ? [...more, ...less] : [...less, ...more];
}

/** The extents of a window's output. `ceil`: the last window may hang over the edge, but must begin inside. */
function outputExtents(input: readonly number[], window: Window, ceil = false): number[] {
  const { kernel, strides, dilations, pads } = window;
  return input.map((extent, i) => {
    const padding = [pads[i], pads[i + input.length]] as const;
    const whole = outputExtent(extent, kernel[i], strides[i], padding, dilations[i]);
    const rest =
      extent + padding[0] + padding[1] - dilations[i] * (kernel[i] - 1) - 1 - (whole - 1) * strides[i];
    const hangsOver = ceil && rest > 0 && whole * strides[i] < extent + padding[0];
    return whole + (hangsOver ? 1 : 0);
  });
}

const convolution: Operator = (call) => {
  const [images, , ...input] = call.input(0).shape;
  const [filters, , ...kernel] = call.input(1).shape;
  return [shaped([images, filters, ...outputExtents(input, windowOf(call, kernel))])];
};

/** The window that a transposed convolution's output is laid out with, and the output's extents. */
export function transposedWindowOf(call: Call): { window: Window; output: readonly number[] } {
  const input = call.input(0).shape.slice(2);
  const kernel = call.input(1).shape.slice(2);
  const window = windowOf(call, kernel);
  const given = integers(call, "output_shape") ?? [];
  const extra = integers(call, "output_padding") ?? [];
  const mode = attribute(call, "auto_pad")?.s ?? "NOTSET";
  const isSame = mode.startsWith("SAME");
  const rank = input.length;
  const pads = new Array<number>(2 * rank);
  const output = input.map((extent, i) => {
    const reach = window.dilations[i] * (kernel[i] - 1) + 1;
    const whole = (extent - 1) * window.strides[i] + (extra[i] ?? 0) + reach;
    const wanted =
      given.length > 0 ? given[given.length - rank + i] : isSame ? extent * window.strides[i] : undefined;
    if (wanted === undefined) {
      [pads[i], pads[i + rank]] = [window.pads[i], window.pads[i + rank]];
      return whole - pads[i] - pads[i + rank];
    }
    const total = Math.max(0, whole - wanted);
    const less = Math.floor(total / 2);
    pads[i] = mode === "SAME_LOWER" ? total - less : less;
    pads[i + rank] = total - pads[i];
    return wanted;
  });
  return { window: { ...window, pads }, output };
}

const transposedConvolution: Operator = (call) => {
  const [images] = call.input(0).shape;
  const [, filters] = call.input(1).shape;
  return [shaped([images, filters * integer(call, "group", 1), ...transposedWindowOf(call).output])];
};

const pool: Operator = (call) => {
  const [images, channels, ...input] = call.input(0).shape;
  const ceil = integer(call, "ceil_mode", 0) === 1;
  const output = shaped([images, channels, ...outputExtents(input, windowOf(call), ceil)]);
  return call.node.outputs.map(() => output);
};

const globalPool: Operator = (call) => {
  const [images, channels, ...input] = call.input(0).shape;
  return [shaped([images, channels, ...input.map(() => 1)])];
};

const pad: Operator = (call) => {
  const { shape } = call.input(0);
  const pads = integers(call, "pads") ?? integers(call, "paddings") ?? call.numbers(1);
  const axes = call.optional(3)
    ? call.numbers(3).map((axis) => axisOf(axis, shape.length))
    : [...shape.keys()];
  if (pads.length !== 2 * axes.length)
    throw new Unknown(`its pads must be ${2 * axes.length}, are ${pads.length}`);
  const output = [...shape];
  axes.forEach((axis, i) => {
    output[axis] += pads[i] + pads[i + axes.length];
  });
  return [shaped(output)];
};

const resize: Operator = (call) => {
  const { shape } = call.input(0);
  const known = (index: number) => (call.optional(index) ? call.numbers(index) : []);
  const upsample = call.node.op === "Upsample";
  const given = attribute(call, "scales")?.floats ?? [];
  const scales = given.length > 0 ? given : known(upsample || call.node.inputs.length === 2 ? 1 : 2);
  const sizes = upsample ? [] : known(3);
  const axes = (integers(call, "axes") ?? [...shape.keys()]).map((axis) => axisOf(axis, shape.length));
  const policy = attribute(call, "keep_aspect_ratio_policy")?.s ?? "stretch";
  const ratios = axes.map((axis, i) => sizes[i] / shape[axis]);
  const ratio = policy === "not_larger" ? Math.min(...ratios) : Math.max(...ratios);
  const output = [...shape];
  axes.forEach((axis, i) => {
    if (sizes.length === axes.length)
      output[axis] = policy === "stretch" ? sizes[i] : Math.round(ratio * shape[axis]);
    else if (scales.length === axes.length)
      // in 32 bits, as whoever runs the network multiplies: 10 x 0.7 is 7
      output[axis] = Math.floor(Math.fround(shape[axis] * scales[i]));
    else throw new Unknown("it has neither sizes nor scales for its axes");
  });
  return [shaped(output)];
};

const depthToSpace: Operator = (call) => {
  const [images, channels, ...input] = call.input(0).shape;
  const block = integer(call, "blocksize", 1);
  const factor = block ** input.length;
  if (call.node.op === "DepthToSpace")
    return [shaped([images, channels / factor, ...input.map((n) => n * block)])];
  return [shaped([images, channels * factor, ...input.map((n) => n / block)])];
};

const centerCropPad: Operator = (call) => {
  const { shape } = call.input(0);
  const sizes = call.numbers(1);
  const output = [...shape];
  (integers(call, "axes") ?? [...shape.keys()]).forEach((axis, i) => {
    output[axisOf(axis, shape.length)] = sizes[i];
  });
  return [shaped(output)];
};

const gridSample: Operator = (call) => {
  const [images, channels] = call.input(0).shape;
  return [shaped([images, channels, ...call.input(1).shape.slice(1, -1)])];
};

const affineGrid: Operator = (call) => {
  const [images, , ...extents] = call.numbers(1);
  return [shaped([images, ...extents, extents.length])];
};

const columnsToImage: Operator = (call) => {
  const [images, columns] = call.input(0).shape;
  const block = call.numbers(2).reduce((a, b) => a * b, 1);
  return [shaped([images, columns / block, ...call.numbers(1)])];
};

const roiAlign: Operator = (call) => {
  const extents = [integer(call, "output_height", 1), integer(call, "output_width", 1)];
  return [shaped([call.input(1).shape[0], call.input(0).shape[1], ...extents])];
};

const maxRoiPool: Operator = (call) => [
  shaped([call.input(1).shape[0], call.input(0).shape[1], ...(integers(call, "pooled_shape") ?? [])]),
];

const maxUnpool: Operator = (call) => {
  if (call.optional(2)) return [shaped(call.numbers(2))];
  const [images, channels, ...input] = call.input(0).shape;
  const { kernel, strides, pads } = windowOf(call);
  const extent = (n: number, i: number) =>
    (n - 1) * strides[i] + kernel[i] - pads[i] - pads[i + input.length];
  return [shaped([images, channels, ...input.map(extent)])];
};

/** Operators on pictures. */
export const windows: Readonly<Record<string, Operator>> = {
  Conv: convolution,
  DeformConv: convolution,
  ConvTranspose: transposedConvolution,
  MaxPool: pool,
  AveragePool: pool,
  LpPool: pool,
  MaxUnpool: maxUnpool,
  GlobalAveragePool: globalPool,
  GlobalMaxPool: globalPool,
  GlobalLpPool: globalPool,
  Pad: pad,
  CenterCropPad: centerCropPad,
  Resize: resize,
  Upsample: resize,
  GridSample: gridSample,
  AffineGrid: affineGrid,
  Col2Im: columnsToImage,
  RoiAlign: roiAlign,
  MaxRoiPool: maxRoiPool,
  DepthToSpace: depthToSpace,
  SpaceToDepth: depthToSpace,
};
