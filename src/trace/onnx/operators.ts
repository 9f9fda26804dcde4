import { arrangement } from "./arrangement.ts";
import { elementwise } from "./elementwise.ts";
import { fused } from "./fused.ts";
import { generators } from "./generators.ts";
import type { OnnxNode } from "./graph.ts";
import { products } from "./products.ts";
import { quantized } from "./quantized.ts";
import { reductions } from "./reductions.ts";
import { selection } from "./selection.ts";
import { sequences } from "./sequences.ts";
import type { Operator } from "./value.ts";
import { windows } from "./windows.ts";

/** "Conv", or "com.microsoft.Attention" for an operator that is not ONNX's own. */
export const operatorName = ({ op, domain }: Pick<OnnxNode, "op" | "domain">): string =>
  domain === "" ? op : `${domain}.${op}`;

/** By `operatorName`. */
const operators: ReadonlyMap<string, Operator> = new Map(
  [
    elementwise,
    windows,
    arrangement,
    selection,
    reductions,
    generators,
    sequences,
    products,
    fused,
    quantized,
  ].flatMap((table) => Object.entries(table)),
);

/** How a node's operator makes its outputs; undefined for one that is not known. */
export const operatorOf = (node: Pick<OnnxNode, "op" | "domain">): Operator | undefined =>
  operators.get(operatorName(node));
