import { InputError } from "../../input-error.ts";
import { quoted } from "../bounded-json.ts";
import type { ByteSource } from "../byte-source.ts";

/** NumPy's writers stay far below; its reader refuses more than 10,000 characters. */
const LARGEST_HEADER_BYTES = 2 ** 16;
/** Of an array of few axes; read at once with what comes before it. */
const USUAL_HEADER_BYTES = 128;
/** An array is read whole, so one must fit in memory comfortably. */
const LARGEST_ARRAY_BYTES = 2 ** 31;
const MOST_DIMENSIONS = 32;
const latin1 = new TextDecoder("latin1");

/** f: IEEE 754, i and u: integers, b: one byte, True or False, U: text of that many UTF-32 characters. */
const KINDS = { f: [2, 4, 8], i: [1, 2, 4, 8], u: [1, 2, 4, 8], b: [1] } as const;
const knownDtypes = "f2, f4, f8, i1 to i8, u1 to u8, b1 and U (text)";

/** An array in a .npy file, its header checked. */
export interface NpyArray {
  /** File and array, for messages. */
  readonly where: string;
  readonly kind: keyof typeof KINDS | "U";
  readonly itemBytes: number;
  readonly bigEndian: boolean;
  /** The first index moves fastest, as in Fortran. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** Exactly the array's bytes, from `dataOffset` to the source's end. */
  readonly source: ByteSource;
  readonly dataOffset: number;
}

/**
 * Reads and checks the header of a .npy file, format 1.0, 2.0 or 3.0 (NumPy's NEP 1), of a plain array. Pickled objects
 * and structured dtypes are refused; nothing is run. Throws `InputError` with `where` in front.
 */
export function openNpy(where: string, source: ByteSource): NpyArray {
  const fail = (rule: string) => new InputError(`${where}: ${rule}`);
  const { size } = source;
  const start = source.read(0, Math.min(size, USUAL_HEADER_BYTES));
  if (size < 10 || String.fromCharCode(...start.subarray(0, 6)) !== "\x93NUMPY")
    throw fail("is no .npy array; one begins with \\x93NUMPY and its version");
  const view = new DataView(start.buffer);
  const version = start[6];
  if (version < 1 || version > 3 || (version > 1 && size < 12))
    throw fail(`.npy version must be 1, 2 or 3, is ${version}`);
  const headerBytes = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const headerStart = version === 1 ? 10 : 12;
  if (headerBytes > LARGEST_HEADER_BYTES)
    throw fail(`.npy header length is ${headerBytes} bytes; at most ${LARGEST_HEADER_BYTES} are read`);
  const dataOffset = headerStart + headerBytes;
  if (dataOffset > size)
    throw fail(`.npy header length is ${headerBytes} bytes, but only ${size - headerStart} follow it`);
  const whole = dataOffset <= start.length ? start : source.read(0, dataOffset);
  const text = latin1.decode(whole.subarray(headerStart, dataOffset));
  const { descr, fortranOrder, shape } = parseHeader(text, fail);
  const { kind, itemBytes, bigEndian } = parseDtype(descr, fail);
  const bytes = shape.reduce((product, extent) => product * extent, itemBytes);
  if (bytes > LARGEST_ARRAY_BYTES)
    throw fail(`array of shape ${quoted(shape)} has ${bytes} bytes; at most ${LARGEST_ARRAY_BYTES} are read`);
  if (bytes !== size - dataOffset)
    throw fail(
      `array of shape ${quoted(shape)} and dtype ${descr} needs ${bytes} bytes, has ${size - dataOffset}`,
    );
  return { where, kind, itemBytes, bigEndian, fortranOrder, shape, source, dataOffset };
}

type Fail = (rule: string) => InputError;

/** One entry of the Python dict that a header is: a name in quotes, then text in quotes, True, False or a tuple. */
const ENTRY =
  /\s*(["'])(descr|fortran_order|shape)\1\s*:\s*(?:(["'])([^"'\\]{0,40})\3|(True|False)|\(([\dL,\s]*)\))\s*(?:,|(?=\}))/y;

function parseHeader(text: string, fail: Fail) {
  const dict = /^\s*\{(.*)\}\s*$/s.exec(text) && text;
  let descr: string | undefined;
  let fortran: string | undefined;
  let tuple: string | undefined;
  if (dict) {
    ENTRY.lastIndex = dict.indexOf("{") + 1;
    for (let match = ENTRY.exec(dict), end = 0; match; match = ENTRY.exec(dict)) {
      const [, , key, , quotedText, truth, sizes] = match;
      if (key === "descr") descr = quotedText;
      else if (key === "fortran_order") fortran = truth;
      else tuple = sizes;
      end = ENTRY.lastIndex;
      if (/^\s*\}\s*$/.test(dict.slice(end))) break;
    }
  }
  if (descr === undefined || fortran === undefined || tuple === undefined)
    throw fail(`.npy header must have descr, fortran_order and shape of a plain array, is ${quoted(text)}`);
  const sizes = tuple.split(",").map((size) => size.trim().replace(/L$/, ""));
  if (sizes.at(-1) === "") sizes.pop();
  const shape = sizes.map(Number);
  const isSize = (size: string, i: number) => /^\d+$/.test(size) && Number.isSafeInteger(shape[i]);
  if (!sizes.every(isSize) || sizes.length > MOST_DIMENSIONS)
    throw fail(`.npy shape must be up to ${MOST_DIMENSIONS} sizes, is ${quoted(`(${tuple})`)}`);
  return { descr, fortranOrder: fortran === "True", shape };
}

function parseDtype(descr: string, fail: Fail): Pick<NpyArray, "kind" | "itemBytes" | "bigEndian"> {
  if (/^[|<>=]?O/.test(descr))
    throw fail("dtype is object: pickled Python objects are not read; save plain arrays");
  const [, order, kind, digits] = /^([|<>]?)([fiubU])([1-9]\d{0,8})$/.exec(descr) ?? [];
  const size = Number(digits);
  const known =
    kind === "U" || (kind && (KINDS[kind as keyof typeof KINDS] as readonly number[]).includes(size));
  if (!known) throw fail(`unknown dtype ${quoted(descr)}; known: ${knownDtypes}`);
  const bigEndian = order === ">";
  return { kind: kind as NpyArray["kind"], itemBytes: kind === "U" ? 4 * size : size, bigEndian };
}

/** The data as little-endian bytes of items in row-major order. */
export function npyBytes({ source, dataOffset, ...array }: NpyArray): Uint8Array<ArrayBuffer> {
  const bytes = source.read(dataOffset, source.size - dataOffset);
  const width = array.kind === "U" ? 4 : array.itemBytes;
  if (array.bigEndian)
    for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  return array.fortranOrder ? rowMajor(bytes, array.shape, array.itemBytes) : bytes;
}

/** Bytes of items whose first index moves fastest, copied so that the last one does. */
function rowMajor(
  bytes: Uint8Array<ArrayBuffer>,
  shape: readonly number[],
  itemBytes: number,
): Uint8Array<ArrayBuffer> {
  if (shape.filter((extent) => extent !== 1).length < 2) return bytes;
  const result = new Uint8Array(bytes.length);
  const steps = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, itemBytes));
  const at = shape.map(() => 0);
  for (let to = 0, from = 0; to < bytes.length; to += itemBytes) {
    for (let i = 0; i < itemBytes; i++) result[to + i] = bytes[from + i];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++at[axis] < shape[axis]) break;
      from -= steps[axis] * shape[axis];
      at[axis] = 0;
    }
  }
  return result;
}

/** The integers of a small array, in row-major order. Throws `InputError` for another dtype, or more than `most`. */
export function npyIntegers(array: NpyArray, most: number): number[] {
  const { where, kind, itemBytes, shape } = array;
  if (kind !== "i" && kind !== "u")
    throw new InputError(`${where}: must hold integers, is ${dtypeName(array)}`);
  const count = shape.reduce((a, b) => a * b, 1);
  if (count > most) throw new InputError(`${where}: must hold at most ${most} integers, is ${quoted(shape)}`);
  const view = new DataView(npyBytes(array).buffer);
  return Array.from({ length: count }, (_, i) => {
    const at = i * itemBytes;
    if (itemBytes === 8)
      return Number(kind === "i" ? view.getBigInt64(at, true) : view.getBigUint64(at, true));
    if (itemBytes === 4) return kind === "i" ? view.getInt32(at, true) : view.getUint32(at, true);
    if (itemBytes === 2) return kind === "i" ? view.getInt16(at, true) : view.getUint16(at, true);
    return kind === "i" ? view.getInt8(at) : view.getUint8(at);
  });
}

/** The strings of an array of text. Throws `InputError` for another dtype, or more than `mostBytes`. */
export function npyTexts(array: NpyArray, mostBytes: number): string[] {
  const { where, kind, itemBytes, source, dataOffset } = array;
  if (kind !== "U") throw new InputError(`${where}: must hold text, is ${dtypeName(array)}`);
  if (source.size - dataOffset > mostBytes)
    throw new InputError(
      `${where}: text must have at most ${mostBytes} bytes, has ${source.size - dataOffset}`,
    );
  const codes = new Uint32Array(npyBytes(array).buffer);
  const count = array.shape.reduce((a, b) => a * b, 1);
  const length = itemBytes / 4;
  return Array.from({ length: count }, (_, i) => {
    const characters = codes.subarray(i * length, (i + 1) * length);
    if (characters.some((code) => code > 0x10ffff)) throw new InputError(`${where}: text is not Unicode`);
    return textOf(characters);
  });
}

/** A call takes a limited number of arguments. */
const CHARACTERS_AT_ONCE = 2 ** 12;

/** The text of these code points, without the zeros at its end. */
function textOf(codes: Uint32Array): string {
  let end = codes.length;
  while (end > 0 && codes[end - 1] === 0) end--;
  const pieces: string[] = [];
  for (let at = 0; at < end; at += CHARACTERS_AT_ONCE)
    pieces.push(String.fromCodePoint(...codes.subarray(at, Math.min(end, at + CHARACTERS_AT_ONCE))));
  return pieces.join("");
}

/** "f4", "b1" */
export const dtypeName = ({ kind, itemBytes }: Pick<NpyArray, "kind" | "itemBytes">): string =>
  `${kind}${kind === "U" ? itemBytes / 4 : itemBytes}`;

/** A .npy file, format 1.0, up to its data, whose first byte is aligned to 64. `descr`: such as "<f4". */
export function npyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dict = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const length = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const header = new Uint8Array(length).fill(0x20);
  header.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  new DataView(header.buffer).setUint16(8, length - 10, true);
  header.set(new TextEncoder().encode(dict), 10);
  header[length - 1] = 0x0a;
  return header;
}
