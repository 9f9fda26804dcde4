import { InputError } from "../../input-error.ts";
import { quoted } from "../bounded-json.ts";
import { dtypeName } from "./dtype.ts";
import { type NpyArray, npyBytes } from "./npy.ts";

/** A list of layers, of which each text has the length of the longest. */
const LARGEST_LIST_BYTES = 2 ** 20;
/** A name, in characters: reports print it on a line, and each step reads it. */
const LONGEST_NAME = 2 ** 10;
/** A list in JSON names many layers. */
const LARGEST_JSON_BYTES = 2 ** 24;
/** A call takes a limited number of arguments. */
const CHARACTERS_AT_ONCE = 2 ** 12;

/** The names that an array holds, one or many. Throws `InputError` for another dtype, and beyond 1 MiB or 1024 characters. */
export function npyNames(array: NpyArray): string[] {
  const { where, kind, itemBytes } = array;
  const longest = kind === "U" ? itemBytes / 4 : itemBytes;
  if ((kind === "U" || kind === "S") && longest > LONGEST_NAME)
    throw new InputError(`${where}: text must have at most ${LONGEST_NAME} characters, has ${longest}`);
  return npyTexts(array, LARGEST_LIST_BYTES);
}

/** The one name that an array holds. Throws `InputError`. */
export const npyName = (array: NpyArray): string => oneOf(array, npyNames(array));

/** The one text of JSON that an array holds, up to 16 MiB. Throws `InputError`. */
export const npyJson = (array: NpyArray): string => oneOf(array, npyTexts(array, LARGEST_JSON_BYTES));

/** The only value of an array. Throws `InputError` where it has none or several. */
export function oneOf<T>({ where, shape }: NpyArray, values: readonly T[]): T {
  if (values.length === 1) return values[0];
  throw new InputError(`${where}: must hold one value, has the shape ${quoted(shape)}`);
}

function npyTexts(array: NpyArray, mostBytes: number): string[] {
  const { where, kind, itemBytes, source, dataOffset } = array;
  const fail = (rule: string) => new InputError(`${where}: ${rule}`);
  if (kind !== "U" && kind !== "S") throw fail(`must hold text, is ${dtypeName(array)}`);
  const bytes = source.size - dataOffset;
  if (bytes > mostBytes) throw fail(`text must have at most ${mostBytes} bytes, has ${bytes}`);
  const count = array.shape.reduce((a, b) => a * b, 1);
  // without this the file's size would not bound their number
  if (itemBytes === 0 && count > 1) throw fail(`holds ${count} texts of no characters`);
  const data = npyBytes(array);
  const textAt = (from: number) =>
    kind === "S"
      ? utf8Text(data.subarray(from, from + itemBytes), fail)
      : codePointText(new Uint32Array(data.buffer, from, itemBytes / 4), fail);
  return Array.from({ length: count }, (_, i) => textAt(i * itemBytes));
}

type Fail = (rule: string) => InputError;

/** Without the zeros at the end, which NumPy fills up with. */
function trimmed<T extends Uint8Array | Uint32Array>(units: T): T {
  let end = units.length;
  while (end > 0 && units[end - 1] === 0) end--;
  return units.subarray(0, end) as T;
}

function utf8Text(bytes: Uint8Array, fail: Fail): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(trimmed(bytes));
  } catch {
    throw fail("text is not UTF-8");
  }
}

function codePointText(codes: Uint32Array, fail: Fail): string {
  const text = trimmed(codes);
  if (text.some((code) => code > 0x10ffff)) throw fail("text is not Unicode");
  const pieces: string[] = [];
  for (let at = 0; at < text.length; at += CHARACTERS_AT_ONCE)
    pieces.push(String.fromCodePoint(...text.subarray(at, at + CHARACTERS_AT_ONCE)));
  return pieces.join("");
}
