import { swgParameters } from "../hardware/parameters.ts";
import { accelerator } from "./accelerator.ts";
import { lnpuBackward, lnpuForward } from "./lnpu.ts";
import { memoryParameters } from "./memory-limits.ts";
import { swgComponents } from "./swg.ts";

/**
 * LNPU keeps FF and BP, SWG does WG. One array of `columns` x `rows` MACs at a time: LNPU's lines are its rows. Phases and
 * layers run one after another, and what it costs to turn from one to the other is not counted (assumed, D32). Values are
 * of fp8, as those of LNPU's measurements.
 */
export default accelerator({
  title: "LNPU with SWG: forward and backward as LNPU, weight gradients as SWG",
  source: "Wu et al., Sci. China Inf. Sci. 67(2) 122405, 2024, names the pair; how they are joined is ours",
  parameters: {
    ...swgParameters,
    format: { ...swgParameters.format, value: "fp8" },
    localBufferKib: memoryParameters.localBufferKib,
  },
  grows: "columns",
  components: (p) => swgComponents(p),
  pricedAsLnpu: ["ff", "bp"],
  forward: lnpuForward,
  backward: lnpuBackward,
  simulate: (occupancy, { localBufferKib: _, ...ofSwg }, kernel) => kernel.swg(occupancy, ofSwg),
});
