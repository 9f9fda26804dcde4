import type { Kernel } from "../kernel/kernel.ts";
import { reference } from "../kernel/reference.ts";
import { fast } from "../kernel/wasm.ts";

/** The same numbers from each; `reference` is the definition. */
export const engines: Readonly<Record<string, Kernel>> = { fast, reference };
