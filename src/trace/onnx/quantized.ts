import { joined } from "./arrangement.ts";
import { sameShape, sameTensor } from "./elementwise.ts";
import { axisOf, broadcast, type Call, integer, type Operator, shaped, Unknown } from "./value.ts";
import { windows } from "./windows.ts";

/** The same node with some of its inputs alone, such as a product's factors without their scales. */
function withInputs(call: Call, ...kept: readonly number[]): Call {
  return {
    affords: (shape) => call.affords(shape),
    node: { ...call.node, inputs: kept.map((i) => call.node.inputs[i] ?? "") },
    input: (i) => call.input(kept[i]),
    optional: (i) => (i < kept.length ? call.optional(kept[i]) : undefined),
    numbers: (i) => call.numbers(kept[i]),
    weight: (i) => call.weight(kept[i]),
  };
}

const product =
  (left: number, right: number): Operator =>
  (call) => {
    const [a, b] = [call.input(left).shape, call.input(right).shape];
    if (a.length === 0 || b.length < 2) throw new Unknown("its factors must be matrices");
    if (a.at(-1) !== b.at(-2))
      throw new Unknown(`factors of ${a.at(-1)} and ${b.at(-2)} cannot be multiplied`);
    return [shaped([...broadcast(a.slice(0, -2), b.slice(0, -2)), ...a.slice(-2, -1), b.at(-1)!])];
  };

const pairwise: Operator = (call) => [shaped(broadcast(call.input(0).shape, call.input(3).shape))];

const concat: Operator = (call) => {
  // a scale and a zero point of the output, then each tensor with its own
  const tensors = call.node.inputs.flatMap((_, i) => (i % 3 === 2 ? [call.input(i)] : []));
  if (tensors.length === 0) throw new Unknown("it joins nothing");
  return [joined(call, tensors, axisOf(integer(call, "axis", 0), tensors[0].shape.length))];
};

const globalPool: Operator = (call) => {
  const { shape } = call.input(0);
  const last = integer(call, "channels_last", 0) === 1 ? shape.length - 1 : 1;
  return [shaped(shape.map((extent, axis) => (axis === 0 || axis === last ? extent : 1)))];
};

const gemm: Operator = (call) => {
  const [a, b] = [call.input(0).shape, call.input(3).shape];
  const rows = integer(call, "transA", 0) === 1 ? a[1] : a[0];
  return [shaped([rows, integer(call, "transB", 0) === 1 ? b[0] : b[1]])];
};

const channelsFirst =
  (operator: Operator): Operator =>
  (call) => {
    if (integer(call, "channels_last", 0) === 1) throw new Unknown("its channels come last");
    return operator(call);
  };

const microsoft = (table: Readonly<Record<string, Operator>>) =>
  Object.entries(table).map(([name, operator]) => [`com.microsoft.${name}`, operator] as const);

/** Operators on quantised tensors, ONNX's and those of ONNX Runtime and of QONNX. */
export const quantized: Readonly<Record<string, Operator>> = {
  DynamicQuantizeLinear: (call) => [shaped(call.input(0).shape), shaped([]), shaped([])],
  QLinearConv: (call) => windows.Conv(withInputs(call, 0, 3)),
  ConvInteger: (call) => windows.Conv(call),
  QLinearMatMul: product(0, 3),
  MatMulInteger: product(0, 1),
  ...Object.fromEntries(
    microsoft({
      QuantizeLinear: sameShape,
      DequantizeLinear: sameTensor,
      QLinearConv: channelsFirst((call) => windows.Conv(withInputs(call, 0, 3))),
      QLinearAdd: pairwise,
      QLinearMul: pairwise,
      QLinearConcat: concat,
      QLinearSigmoid: sameShape,
      QLinearLeakyRelu: sameShape,
      QLinearSoftmax: sameShape,
      QLinearGlobalAveragePool: globalPool,
      QLinearAveragePool: channelsFirst((call) => windows.AveragePool(call)),
      QGemm: gemm,
      MatMulIntegerToFloat: product(0, 1),
      DynamicQuantizeMatMul: product(0, 1),
      MatMulNBits: (call) => [shaped([...call.input(0).shape.slice(0, -1), integer(call, "N", -1)])],
      MatMulBnb4: (call) => [shaped([...call.input(0).shape.slice(0, -1), integer(call, "N", -1)])],
    }),
  ),
  ...Object.fromEntries(
    ["qonnx.custom_op.general", "finn.custom_op.general", "onnx.brevitas"].flatMap((domain) => [
      ...["Quant", "IntQuant", "FloatQuant", "BipolarQuant", "Trunc"].map((op) => [
        `${domain}.${op}`,
        sameTensor,
      ]),
      [`${domain}.MultiThreshold`, sameShape],
    ]),
  ),
};
