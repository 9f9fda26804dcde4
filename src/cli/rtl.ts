import type { Command } from "commander";
import { InputError } from "../input-error.ts";

/** Declares `swg rtl`, which says what there is in place of a design, whatever options it is given. */
export function declareRtl(command: Command): void {
  command
    .allowUnknownOption()
    .allowExcessArguments()
    .action(() => {
      throw new InputError(
        "rtl: the machine's SystemVerilog is being made anew (docs/design.md); its blocks, as they are priced: swg list energy",
      );
    });
}
