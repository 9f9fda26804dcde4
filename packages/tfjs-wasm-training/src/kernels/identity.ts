import { Cast, type CastAttrs, Identity } from "@tensorflow/tfjs-core";
import type { Engine } from "../engine.ts";
import type { Inputs, TrainingKernel } from "../training-kernel.ts";

/** The same values under another tensor: nothing is copied, since no kernel changes a tensor. */
export const identity: TrainingKernel = {
  name: Identity,
  partial: true,
  refuses: ({ x }) => (x.dtype === "string" ? "a tensor of strings" : undefined),
  compute: shared,
};

/** A cast to the type that a tensor has. */
export const cast: TrainingKernel = {
  name: Cast,
  partial: true,
  refuses({ x }, attrs) {
    const { dtype } = attrs as unknown as CastAttrs;
    return x.dtype === "string" || x.dtype !== dtype ? "a cast to another type" : undefined;
  },
  compute: shared,
};

function shared({ backend }: Engine, { x }: Inputs) {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}
