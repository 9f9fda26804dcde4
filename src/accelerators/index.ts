import type { Accelerator } from "./accelerator.ts";
import dense from "./dense.ts";
import swg from "./swg.ts";
import trainware from "./trainware.ts";

/** Every machine by the name that the command line knows it by. A new one is a file and a line here. */
export const accelerators: Readonly<Record<string, Accelerator>> = { swg, trainware, dense };
