import { nm28 } from "./28nm.ts";
import { nm65 } from "./65nm.ts";
import type { ProcessNode } from "./process-node.ts";

/** Process nodes by the name that `--node` knows them by. A new one is a file and a line here. */
export const nodes: Readonly<Record<string, ProcessNode>> = { "65": nm65, "28": nm28 };
