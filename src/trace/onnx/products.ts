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

/** Operators that multiply matrices. */
export const products: Readonly<Record<string, Operator>> = {
  MatMul: product(matMulOf),
  Gemm: product(gemmOf),
  Einsum: product(einsumOf),
  LSTM: recurrent,
  GRU: recurrent,
  RNN: recurrent,
};
