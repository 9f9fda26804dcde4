import type { Command } from "commander";
import { InputError } from "../input-error.ts";

/** Refuses an option of a command that is given twice with two values, unless it collects them; the last would win silently. */
export function refuseTwoValues(command: Command): void {
  for (const option of command.options) {
    if (option.isBoolean() || option.parseArg) continue;
    let given: string | undefined;
    option.argParser((value: string) => {
      if (given !== undefined && given !== value)
        throw new InputError(
          `${option.long} is given twice, as ${JSON.stringify(given)} and ${JSON.stringify(value)}`,
        );
      given = value;
      return value;
    });
  }
}
