import type { CycleModel } from "../hardware/cycle-model.ts";
import { requireObject, requireText } from "../input-error.ts";
import { checkValues, type Parameters } from "../parameter.ts";
import { checkOccupancy } from "../trace/check-layer-trace.ts";
import type { Kernel } from "./kernel.ts";

/** A kernel that throws `InputError` for arguments that are not what their types say: it is called from JavaScript too. */
export const checkedKernel = ({ name, validPairs, simulate }: Kernel): Kernel => ({
  name,
  validPairs(occupancy) {
    checkOccupancy(occupancy);
    return validPairs(occupancy);
  },
  simulate(model, occupancy, parameters, onProgress) {
    checkModel(model);
    checkOccupancy(occupancy);
    checkValues(model.name, model.parameters, parameters);
    return simulate(model, occupancy, parameters, onProgress);
  },
});

function checkModel<P extends Parameters>(model: CycleModel<P>): void {
  requireObject("cycle model", model, ["simulate"]);
  if (model.simulateFast !== undefined) requireObject("cycle model", model, ["simulateFast"]);
  requireText("cycle model: name", model.name);
  requireObject("cycle model: parameters", model.parameters);
}
