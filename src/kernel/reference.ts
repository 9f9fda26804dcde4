import { flattenPointwise } from "../hardware/dataflow/flatten.ts";
import { countValidPairs } from "../hardware/valid-data-trace/valid-pairs.ts";
import { checkedKernel } from "./checked-kernel.ts";

/** Plain TypeScript; the definition that faster kernels are measured against. */
export const reference = checkedKernel({
  name: "reference",
  validPairs: (occupancy) => countValidPairs(flattenPointwise(occupancy)),
  simulate: (model, occupancy, parameters, onProgress) => model.simulate(occupancy, parameters, onProgress),
});
