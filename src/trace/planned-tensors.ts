import { bitmapBytes } from "./bits.ts";
import { type TensorRole, tensorShape } from "./layer-tensors.ts";
import { VALUE_BYTES } from "./tensor-values.ts";
import type { LayerTrace, Trace, ValueType } from "./trace.ts";

/** A tensor that a file will hold: all that its header says of it. */
export interface PlannedTensor {
  readonly key: string;
  /** where its data is in a `LayerTrace` */
  readonly role: Exclude<keyof LayerTrace, "layer">;
  readonly dtype: ValueType | "U8";
  readonly bits: boolean;
  /** as stored */
  readonly shape: readonly number[];
  /** of what it stands for */
  readonly elements: readonly number[];
  readonly bytes: number;
}

/** Whether a file of these steps has the metadata `steps`, and their numbers in the names of its tensors. */
export const listsSteps = (steps: readonly Trace[]): boolean =>
  steps.length > 1 || steps[0].labels.optimizerStep !== undefined;

/** A bit for each element, whatever its axes. */
function bitmap(key: string, role: PlannedTensor["role"], elements: readonly number[]): PlannedTensor {
  const bytes = bitmapBytes(product(elements));
  return { key: `${key}_bits`, role, dtype: "U8", bits: true, shape: [bytes], elements, bytes };
}

function array(
  key: string,
  role: PlannedTensor["role"],
  elements: readonly number[],
  dtype: ValueType | "U8",
): PlannedTensor {
  const bytes = product(elements) * (dtype === "U8" ? 1 : VALUE_BYTES[dtype]);
  return { key, role, dtype, bits: false, shape: elements, elements, bytes };
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** Of each layer of a step, the tensors in the order of the file. `numbered`: their names begin with the step's number. */
export function plannedTensors(step: Trace, numbered: boolean): PlannedTensor[][] {
  const prefix = numbered ? `${step.labels.step}/` : "";
  return step.layers.map((layer) => {
    const { fmap, emap, mask, weightGradient } = step.contents(layer.name);
    const planned = (role: PlannedTensor["role"], inFile: TensorRole, type: ValueType | "U8" | "bits") => {
      const elements = tensorShape(layer, inFile);
      const key = `${prefix}${layer.name}.${inFile}`;
      return type === "bits" ? bitmap(key, role, elements) : array(key, role, elements, type);
    };
    return [
      planned("fmap", "fmap", fmap),
      planned("emap", "emap", emap),
      ...(mask ? [planned("mask", "mask", fmap === "bits" ? "bits" : "U8")] : []),
      // without values there is nothing to check it against
      ...(weightGradient && fmap !== "bits"
        ? [planned("weightGradient", "weight_gradient", weightGradient)]
        : []),
    ];
  });
}
