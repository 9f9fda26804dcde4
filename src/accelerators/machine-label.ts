import { InputError, quoted } from "../input-error.ts";
import { accelerators } from "./index.ts";

/** What `--accelerators` says for every machine that the program brings. */
export const allMachines = "all";

/** Words that mean something else where a label can stand: `density.fmap` is swept. */
const reserved = [allMachines, "density"];

/** What a label must be; `what` is said before the rule. Throws `InputError` for another. */
export function checkLabel(what: string, label: string, known?: string): void {
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(label))
    throw new InputError(
      `${what} must be a letter and then up to 63 letters, digits, - and _, is ${quoted(label)}`,
    );
  // reports hold records by label
  if (reserved.includes(label) || label in {})
    throw new InputError(`${what} must not be ${quoted(label)}, which means something else`);
  if (known !== label && Object.hasOwn(accelerators, label))
    throw new InputError(`${what} must not be ${quoted(label)}, the name of another accelerator`);
}
