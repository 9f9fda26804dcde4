import { broadcast, integer, type Operator, shaped, Unknown, type Value } from "./value.ts";

const matMul: Operator = (call) => {
  const { shape: a } = call.input(0);
  const { shape: b } = call.input(1);
  if (a.length === 0 || b.length === 0) throw new Unknown("a factor is a single number");
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  if (left.at(-1) !== right.at(-2))
    throw new Unknown(`[${a.join(", ")}] and [${b.join(", ")}] cannot be multiplied`);
  const outer = broadcast(left.slice(0, -2), right.slice(0, -2));
  const rows = a.length === 1 ? [] : [left.at(-2)!];
  const columns = b.length === 1 ? [] : [right.at(-1)!];
  return [shaped([...outer, ...rows, ...columns])];
};

const gemm: Operator = (call) => {
  const turned = (value: Value, name: string) =>
    integer(call, name, 0) === 1 ? [value.shape[1], value.shape[0]] : value.shape;
  const [rows, inner] = turned(call.input(0), "transA");
  const [same, columns] = turned(call.input(1), "transB");
  if (inner !== same) throw new Unknown(`factors of ${inner} and ${same} cannot be multiplied`);
  return [shaped([rows, columns])];
};

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
  ...{ MatMul: matMul, Gemm: gemm, LSTM: recurrent, GRU: recurrent, RNN: recurrent },
};
