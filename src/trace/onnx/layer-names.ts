import type { InferredCall } from "./infer.ts";
import { MODULE_OF_WEIGHT } from "./model.ts";

/**
 * A layer's name: its module's, from the name of its weights ("layer1.0.conv1.weight") or, where an exporter has made one
 * up, from its node's ("/layer1/layer1.0/conv1/Conv"). Parts of an operator have its name before their own.
 */
export function nameOf({ node, index }: InferredCall, weight: string, part?: string): string {
  const made = part !== undefined || /^(onnx::|_v_|val_)|^\/|^\d+$|::/.test(weight);
  const module = MODULE_OF_WEIGHT.exec(weight)?.[1];
  if (!made && module) return module;
  const path = node.name.split("/").filter(Boolean);
  // nodes that a module makes bear its path and their operator, perhaps with a number
  const last = path.at(-1) ?? "";
  const number = last.startsWith(node.op) ? /^(?:_(\d+))?$/.exec(last.slice(node.op.length)) : null;
  if (number && path.length > 1) path.pop();
  // the second LSTM of a module is another layer of it, not the same one again
  if (number && part !== undefined) path.push(number[1] ?? "");
  const own = path.filter((step, i) => step && !path[i + 1]?.startsWith(`${step}.`)).join(".");
  const name = own || (made || weight === "" ? `${node.op.toLowerCase()}_${index}` : weight);
  return part === undefined ? name : `${name}.${part}`;
}
