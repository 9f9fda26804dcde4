import { InputError } from "../input-error.ts";
import { isRecord, parseBoundedJson, quoted } from "../trace/bounded-json.ts";
import { readSmallFile } from "../trace/small-file.ts";

const LARGEST_FILE_BYTES = 2 ** 20;
const KNOWN_FIELDS = ["accelerator", "title", "source", "phases", "free", "parameters"];

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
export const readMachineFile = (path: string): MachineFile =>
  machineFileOf(path, readSmallFile(path, LARGEST_FILE_BYTES).toString("utf8"));

/** The same from a text; `path` is where it came from. */
export function machineFileOf(path: string, text: string): MachineFile {
  const json = parseBoundedJson(text);
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
  const values = Object.entries(parameters).map(([name, entry]): [string, unknown] => {
    if (isRecord(entry) && !Object.hasOwn(entry, "value"))
      throw new InputError(
        `${path}: parameter ${quoted(name)} must be a value or have one, is ${quoted(entry)}`,
      );
    return [name, isRecord(entry) ? entry.value : entry];
  });
  // what is assigned to a record's "__proto__" is lost without a word
  return { accelerator, given: Object.fromEntries(values) };
}
