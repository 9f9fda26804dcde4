import type { Accelerator } from "./accelerator.ts";
import ant from "./ant.ts";
import dense from "./dense.ts";
import lnpu from "./lnpu.ts";
import lnpuSwg from "./lnpu-swg.ts";
import outerProduct from "./outer-product.ts";
import procrustes from "./procrustes.ts";
import sparsetrain from "./sparsetrain.ts";
import sparten from "./sparten.ts";
import structured from "./structured.ts";
import swg from "./swg.ts";
import tensordash from "./tensordash.ts";
import trainware from "./trainware.ts";

/** Every machine by the name that the command line knows it by. A new one is a file and a line here. */
export const accelerators: Readonly<Record<string, Accelerator>> = {
  swg,
  trainware,
  dense,
  lnpu,
  "lnpu-swg": lnpuSwg,
  "outer-product": outerProduct,
  ant,
  tensordash,
  sparsetrain,
  procrustes,
  sparten,
  structured,
};

/** The machines of a run that names none: few, so that it stays quick and its report short. */
export const defaultAccelerators: readonly string[] = ["swg", "trainware", "dense"];
