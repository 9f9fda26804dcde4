import { swgCycleModel } from "../hardware/array/swg-cycle-model.ts";
import { swgParameters } from "../hardware/parameters.ts";
import { accelerator } from "./accelerator.ts";
import { lineBanks, lineBuffer, lineLogic, lnpuBackward, lnpuForward, lnpuFree } from "./lnpu.ts";
import { memoryParameters } from "./memory-limits.ts";
import swg, { swgComponents } from "./swg.ts";

/** LNPU's array of as many MACs: each MAC of a column's PEs heads a line. */
const linesOf = <P extends { readonly rows: number; readonly macs: number }>(p: P): P => ({
  ...p,
  rows: p.rows * p.macs,
});

/**
 * LNPU keeps FF and BP, SWG does WG. One array of MACs at a time: LNPU's lines are the rows of
 * MACs, `rows` x `macs` of them, of `columns` MACs each. Phases and
 * layers run one after another, and what it costs to turn from one to the other is not counted (assumed, D32). FF
 * and BP also need the lines' memories, of `lineBufferBytes` each.
 */
export default accelerator({
  title: "LNPU with SWG: forward and backward as LNPU, weight gradients as SWG",
  source: "Wu et al., Sci. China Inf. Sci. 67(2) 122405, 2024, names the pair; how they are joined is ours",
  parameters: {
    ...swgParameters,
    localBufferKib: memoryParameters.localBufferKib,
    lineBufferBytes: lineBuffer(),
  },
  grows: "columns",
  free: [...swg.free, ...lnpuFree(), "Turning from one array to the other takes no time."],
  components(p) {
    const ofSwg = swgComponents(p);
    return {
      ...ofSwg,
      memories: { ...ofSwg.memories, operandBuffers: lineBanks(linesOf(p)) },
      logic: [...ofSwg.logic, lineLogic(linesOf(p))],
    };
  },
  pricedAsLnpu: ["ff", "bp"],
  forward: (occupancy, p, kernel) => lnpuForward(occupancy, linesOf(p), kernel),
  backward: (occupancy, p, kernel) => lnpuBackward(occupancy, linesOf(p), kernel),
  simulate: (occupancy, { localBufferKib: _, lineBufferBytes: __, ...ofSwg }, kernel) =>
    kernel.simulate(swgCycleModel, occupancy, ofSwg),
});
