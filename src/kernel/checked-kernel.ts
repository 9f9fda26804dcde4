import { swgParameters } from "../hardware/parameters.ts";
import { checkValues } from "../parameter.ts";
import { checkOccupancy } from "../trace/check-layer-trace.ts";
import type { Kernel } from "./kernel.ts";

/** A kernel that throws `InputError` for arguments that are not what their types say: it is called from JavaScript too. */
export const checkedKernel = ({ name, validPairs, swg }: Kernel): Kernel => ({
  name,
  validPairs(occupancy) {
    checkOccupancy(occupancy);
    return validPairs(occupancy);
  },
  swg(occupancy, parameters, onProgress) {
    checkOccupancy(occupancy);
    checkValues("swg", swgParameters, parameters);
    return swg(occupancy, parameters, onProgress);
  },
});
