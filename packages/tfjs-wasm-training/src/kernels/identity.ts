import { Identity } from "@tensorflow/tfjs-core";
import type { TrainingKernel } from "../training-kernel.ts";

/** The same values under another tensor: nothing is copied, since no kernel changes a tensor. */
export const identity: TrainingKernel = {
  name: Identity,
  partial: true,
  refuses: ({ x }) => (x.dtype === "string" ? "a tensor of strings" : undefined),
  compute({ backend }, { x }) {
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
};
