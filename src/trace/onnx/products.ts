import { type Contraction, einsumOf, gemmOf, matMulOf, outputShape } from "./contraction.ts";
import { type Call, integer, type Operator, shaped } from "./value.ts";

const product =
  (contraction: (call: Call) => Contraction): Operator =>
  (call) => [shaped(outputShape(contraction(call)))];

/** LSTM, GRU and RNN: all steps' outputs [steps][directions][images][units], then the last state or states. */
const recurrent: Operator = (call) => {
  const { shape } = call.input(0);
  const [directions, , units] = call.input(2).shape;
  const imagesFirst = integer(call, "layout", 0) === 1;
  const [steps, images] = imagesFirst ? [shape[1], shape[0]] : shape;
  const all = imagesFirst ? [images, steps, directions, units] : [steps, directions, images, units];
  const last = imagesFirst ? [images, directions, units] : [directions, images, units];
  return [shaped(all), shaped(last), shaped(last)];
};

/** ONNX's own attention has no weights: heads as an axis of their own, or side by side as features. */
const attention: Operator = (call) => {
  const [query, value] = [call.input(0).shape, call.input(2).shape];
  const heads = integer(call, "q_num_heads", 1) / integer(call, "kv_num_heads", 1);
  const features = query.length === 3 ? value.at(-1)! * heads : value.at(-1)!;
  return [shaped(query.with(-1, features))];
};

/** Operators that multiply matrices. */
export const products: Readonly<Record<string, Operator>> = {
  MatMul: product(matMulOf),
  Gemm: product(gemmOf),
  Einsum: product(einsumOf),
  Attention: attention,
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
};
