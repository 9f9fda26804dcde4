import { closeSync, openSync, readSync } from "node:fs";
import { InputError } from "../input-error.ts";
import { select } from "../report/selection.ts";
import { isRecord, parseBoundedJson, quoted } from "../trace/bounded-json.ts";

const LARGEST_FILE_BYTES = 2 ** 20;
const KNOWN_FIELDS = ["accelerator", "title", "source", "phases", "parameters"];

/** A machine as a file describes it: a name, and the parameters that the file sets. */
export interface MachineFile {
  readonly accelerator: string;
  readonly given: Readonly<Record<string, unknown>>;
}

/**
 * Reads what `swg list swg --format json` prints, perhaps edited: `{"accelerator", "parameters": {NAME: VALUE or
 * {"value": VALUE, ...}}}`. Parameters that it leaves out have their defaults. Throws `InputError`, with the path
 * first, for a file that is not one.
 */
export function readMachineFile(path: string): MachineFile {
  const json = parseBoundedJson(readText(path));
  if ("problem" in json) throw new InputError(`${path}: ${json.problem}; must be a machine, in JSON`);
  if (!isRecord(json.value))
    throw new InputError(`${path}: machine must be an object, is ${quoted(json.value)}`);
  const { accelerator, parameters } = json.value;
  const unknown = Object.keys(json.value).find((field) => !KNOWN_FIELDS.includes(field));
  if (unknown !== undefined)
    throw new InputError(`${path}: unknown field ${quoted(unknown)}; known: ${KNOWN_FIELDS.join(", ")}`);
  if (typeof accelerator !== "string")
    throw new InputError(`${path}: accelerator must be a machine's name, is ${quoted(accelerator)}`);
  if (!isRecord(parameters))
    throw new InputError(`${path}: parameters must be an object, is ${quoted(parameters)}`);
  const given: Record<string, unknown> = {};
  for (const [name, entry] of Object.entries(parameters)) {
    if (isRecord(entry) && !Object.hasOwn(entry, "value"))
      throw new InputError(
        `${path}: parameter ${quoted(name)} must be a value or have one, is ${quoted(entry)}`,
      );
    given[name] = isRecord(entry) ? entry.value : entry;
  }
  try {
    select(accelerator, given);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${path}: ${error.message}`) : error;
  }
  return { accelerator, given };
}

/** Also reads a pipe: `--machine <(...)`. */
function readText(path: string): string {
  try {
    const bytes = Buffer.alloc(LARGEST_FILE_BYTES + 1);
    const file = openSync(path, "r");
    let size = 0;
    try {
      for (let count = -1; count !== 0 && size < bytes.length; size += count)
        count = readSync(file, bytes, size, bytes.length - size, null);
    } finally {
      closeSync(file);
    }
    if (size > LARGEST_FILE_BYTES)
      throw new InputError(`${path}: machine file must have at most ${LARGEST_FILE_BYTES} bytes, has more`);
    return bytes.toString("utf8", 0, size);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new InputError(`${path}: ${code === "ENOENT" ? "no such file" : `cannot be read (${code})`}`);
  }
}
