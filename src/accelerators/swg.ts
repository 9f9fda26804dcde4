import { swgParameters } from "../hardware/parameters.ts";
import { accelerator } from "./accelerator.ts";

export default accelerator({
  title: "SWG: sparse weight gradients (HUSA dataflow, valid-data trace, IIBLC balancer)",
  source:
    "Wu et al., Sci. China Inf. Sci. 67(2) 122405, 2024: abstract only; the rest is our reading, DEVIATIONS.md",
  parameters: swgParameters,
  simulate: (occupancy, parameters, kernel) => kernel.swg(occupancy, parameters),
});
