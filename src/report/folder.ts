import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { InputError } from "../input-error.ts";

/** Makes a folder, and those it lies in, where there is none. Throws `InputError` where it cannot. */
export function makeFolder(path: string): void {
  try {
    makeWithParents(path);
  } catch (error) {
    throw new InputError(`${path}: folder cannot be made (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** Step by step: Node's own `recursive` never returns in a folder that takes none, such as /proc. */
function makeWithParents(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    if (code !== "ENOENT" || dirname(path) === path) throw error;
    makeWithParents(dirname(path));
    mkdirSync(path);
  }
}
