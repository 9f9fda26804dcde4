import { gemmOf, matMulOf, outputShape } from "./contraction.ts";
import { broadcasting, sameShape } from "./elementwise.ts";
import { type Call, integer, integers, type Operator, shaped, Unknown, type Value } from "./value.ts";
import { windows } from "./windows.ts";

/** A product of matrices that a node may transpose itself, as FusedMatMul and FusedGemm do. */
export function fusedMatMulOf(call: Call) {
  const is = (name: string) => integer(call, name, 0) === 1;
  return matMulOf(call, [is("transA"), is("transB")], [is("transBatchA"), is("transBatchB")]);
}

const fusedMatMul: Operator = (call) => [shaped(outputShape(fusedMatMulOf(call)))];

/** With its own products of inputs with weights: [images][tokens][features of all heads' values]. */
const attention: Operator = (call) => {
  const { shape } = call.input(0);
  const own = integers(call, "qkv_hidden_sizes")?.[2];
  return [shaped([...shape.slice(0, -1), own ?? call.input(1).shape[1] / 3])];
};

/** Queries [images][tokens][features], keys and values, or all three in one. */
const multiHeadAttention: Operator = (call) => {
  const { shape: query } = call.input(0);
  const value = call.optional(2)?.shape;
  if (query.length === 5) return [shaped([query[0], query[1], query[2] * query[4]])];
  if (!value) throw new Unknown("it has no values");
  const features = value.length === 4 ? value[1] * value[3] : value.at(-1)!;
  return [shaped([query[0], query[1], features])];
};

const groupQueryAttention: Operator = (call) => {
  const { shape } = call.input(0);
  if (call.optional(1)) return [shaped(shape)];
  const heads = integer(call, "num_heads", 0);
  return [shaped(shape.with(-1, (shape.at(-1)! / (heads + 2 * integer(call, "kv_num_heads", 0))) * heads))];
};

const embedding: Operator = (call) => {
  const { shape } = call.input(0);
  const output = shaped([...shape, call.input(2).shape[1]]);
  return [output, shaped([shape[0]], { integer: true }), output];
};

/** The sum that is normalised comes out as well, behind its statistics. */
const skipNormalization: Operator = (call) => {
  const value = shaped(call.input(0).shape);
  return [value, value, value, value];
};

const halved: Operator = (call) => {
  const { shape } = call.input(0);
  return [shaped(shape.with(-1, shape.at(-1)! / 2))];
};

/** The same node on maps whose channels come last, made from one that wants them first. */
const channelsLast =
  (operator: Operator): Operator =>
  (call) =>
    operator(mapsFirst(call)).map(({ shape: [images, channels, ...extents] }) =>
      shaped([images, ...extents, channels]),
    );

/** The call with its maps' channels in front. */
export function mapsFirst(call: Call): Call {
  const first = (): Value => {
    const { shape } = call.input(0);
    return shaped([shape[0], shape.at(-1)!, ...shape.slice(1, -1)]);
  };
  return {
    node: call.node,
    input: (i) => (i === 0 ? first() : call.input(i)),
    optional: (i) => call.optional(i),
    numbers: (i) => call.numbers(i),
    weight: (i) => call.weight(i),
    affords: (shape) => call.affords(shape),
  };
}

/** In blocks of channels, of which the last may be filled up: their number is that of the filled blocks. */
const reorderOutput: Operator = (call) => {
  const [images, , ...extents] = call.input(0).shape;
  const channels = integer(call, "channels", -1);
  return [
    shaped(
      integer(call, "channels_last", 0) === 1
        ? [images, ...extents, channels]
        : [images, channels, ...extents],
    ),
  ];
};

const reorderInput: Operator = (call) => {
  const { shape } = call.input(0);
  return [integer(call, "channels_last", 0) === 1 ? mapsFirst(call).input(0) : shaped(shape)];
};

const inDomain = (domain: string, table: Readonly<Record<string, Operator>>) =>
  Object.fromEntries(Object.entries(table).map(([name, operator]) => [`${domain}.${name}`, operator]));
const all = (list: string, operator: Operator) =>
  Object.fromEntries(list.split(" ").map((name) => [name, operator]));

/** Operators that ONNX Runtime puts in the place of several when it saves a network. */
export const fused: Readonly<Record<string, Operator>> = {
  ...inDomain("com.microsoft", {
    FusedConv: windows.Conv,
    NhwcConv: channelsLast(windows.Conv),
    NhwcFusedConv: channelsLast(windows.Conv),
    NhwcMaxPool: channelsLast(windows.MaxPool),
    FusedGemm: (call) => [shaped(outputShape(gemmOf(call)))],
    ...all("FusedMatMul FusedMatMulActivation TransposeMatMul GemmFastGelu", fusedMatMul),
    Attention: attention,
    QAttention: attention,
    MultiHeadAttention: multiHeadAttention,
    DecoderMaskedMultiHeadAttention: multiHeadAttention,
    GroupQueryAttention: groupQueryAttention,
    EmbedLayerNormalization: embedding,
    ...all("SkipLayerNormalization SkipSimplifiedLayerNormalization SkipGroupNorm", skipNormalization),
    ...all("SimplifiedLayerNormalization GroupNorm BiasGelu FastGelu QuickGelu Gelu", sameShape),
    ...all("BiasDropout BitmaskDropout BiasSoftmax RotaryEmbedding BiasAdd Trilu", sameShape),
    BiasSplitGelu: halved,
    ...all("ComplexMul", broadcasting()),
  }),
  ...inDomain("com.microsoft.nchwc", {
    ReorderInput: reorderInput,
    ReorderOutput: reorderOutput,
    Conv: windows.Conv,
    ...all("MaxPool", windows.MaxPool),
    ...all("AveragePool", windows.AveragePool),
    ...all("GlobalMaxPool GlobalAveragePool", windows.GlobalAveragePool),
    Upsample: (call) => {
      const scales = integers(call, "scales") ?? [];
      return [shaped(call.input(0).shape.map((extent, i) => extent * (scales[i] ?? 1)))];
    },
  }),
};
