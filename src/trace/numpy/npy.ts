import { InputError } from "../../input-error.ts";
import { quoted } from "../bounded-json.ts";
import type { ByteSource } from "../byte-source.ts";
import { refuseOtherKinds } from "../file-kind.ts";
import { type Dtype, dtypeName, parseDtype } from "./dtype.ts";

/** NumPy's writers stay far below; its reader refuses more than 10,000 characters. */
const LARGEST_HEADER_BYTES = 2 ** 16;
/** Of an array of few axes; read at once with what comes before it. */
const USUAL_HEADER_BYTES = 128;
/** An array is read whole, so one must fit in memory comfortably. */
const LARGEST_ARRAY_BYTES = 2 ** 31;
const MOST_DIMENSIONS = 32;
const latin1 = new TextDecoder("latin1");

/** An array in a .npy file, its header checked. */
export interface NpyArray extends Dtype {
  /** File and array, for messages. */
  readonly where: string;
  /** The first index moves fastest, as in Fortran. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
  /** In which order its axes are wanted, such as [0, 3, 1, 2]; absent: as they are. */
  readonly axes?: readonly number[];
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
  if (size < 10 || String.fromCharCode(...start.subarray(0, 6)) !== "\x93NUMPY") {
    refuseOtherKinds({ ...source, name: where }, ".npy");
    throw fail("is no .npy array; one begins with \\x93NUMPY and its version");
  }
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
  const dtype = parseDtype(descr);
  if (typeof dtype === "string") throw fail(dtype);
  const { itemBytes } = dtype;
  const bytes = shape.reduce((product, extent) => product * extent, itemBytes);
  if (bytes > LARGEST_ARRAY_BYTES)
    throw fail(`array of shape ${quoted(shape)} has ${bytes} bytes; at most ${LARGEST_ARRAY_BYTES} are read`);
  if (bytes !== size - dataOffset)
    throw fail(
      `array of shape ${quoted(shape)} and dtype ${descr} needs ${bytes} bytes, has ${size - dataOffset}`,
    );
  return { where, ...dtype, fortranOrder, shape, source, dataOffset };
}

/** The same array, whose data comes with its axes in this order. */
export const transposed = (array: NpyArray, axes: readonly number[]): NpyArray => ({ ...array, axes });

/** The shape in which its data comes. */
export const wantedShape = ({ shape, axes }: NpyArray): readonly number[] =>
  axes ? axes.map((axis) => shape[axis]) : shape;

type Fail = (rule: string) => InputError;

/** One entry of the Python dict that a header is: a name in quotes, then text in quotes, True, False or a tuple. */
const ENTRY =
  /\s*(["'])(descr|fortran_order|shape)\1\s*:\s*(?:(["'])([^"'\\]{0,40})\3|(True|False)|\(([\dL,\s]*)\))\s*(?:,|(?=\}))/y;

/** What the entries of a header hold, as text; undefined for one that is missing or holds something else. */
interface HeaderEntries {
  descr?: string;
  fortran_order?: string;
  shape?: string;
}

function headerEntries(text: string): HeaderEntries {
  const found: HeaderEntries = {};
  if (!/^\s*\{.*\}\s*$/s.test(text)) return found;
  ENTRY.lastIndex = text.indexOf("{") + 1;
  for (let match = ENTRY.exec(text); match; match = ENTRY.exec(text)) {
    const [, , key, , quotedText, truth, sizes] = match;
    if (key === "descr") found.descr = quotedText;
    else if (key === "fortran_order") found.fortran_order = truth;
    else found.shape = sizes;
    if (/^\s*\}\s*$/.test(text.slice(ENTRY.lastIndex))) break;
  }
  return found;
}

function parseHeader(text: string, fail: Fail) {
  const { descr, fortran_order: fortran, shape: tuple } = headerEntries(text);
  if (/'descr'\s*:\s*\[/.test(text))
    throw fail("dtype is structured: such arrays are not read; save each field as an array of its own");
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

/** The data as little-endian bytes of items in row-major order, its axes in the order in which they are wanted. */
export function npyBytes({ source, dataOffset, ...array }: NpyArray): Uint8Array<ArrayBuffer> {
  const bytes = source.read(dataOffset, source.size - dataOffset);
  const width = array.kind === "U" ? 4 : array.itemBytes;
  if (array.bigEndian && array.kind !== "S" && width > 1)
    for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  return rowMajor(bytes, array);
}

/** Bytes of items, copied where the last of the wanted axes is not the one that moves fastest in the file. */
function rowMajor(
  bytes: Uint8Array<ArrayBuffer>,
  { shape, axes, itemBytes, fortranOrder }: Pick<NpyArray, "shape" | "axes" | "itemBytes" | "fortranOrder">,
): Uint8Array<ArrayBuffer> {
  const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, itemBytes);
  const stepOf = (axis: number) => product(fortranOrder ? shape.slice(0, axis) : shape.slice(axis + 1));
  const moving = (axes ?? shape.map((_, axis) => axis)).filter((axis) => shape[axis] !== 1);
  const steps = moving.map(stepOf);
  if (steps.every((step, i) => i === 0 || step <= steps[i - 1])) return bytes;
  const extents = moving.map((axis) => shape[axis]);
  const result = new Uint8Array(bytes.length);
  const at = extents.map(() => 0);
  for (let to = 0, from = 0; to < bytes.length; to += itemBytes) {
    for (let i = 0; i < itemBytes; i++) result[to + i] = bytes[from + i];
    for (let axis = extents.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++at[axis] < extents[axis]) break;
      from -= steps[axis] * extents[axis];
      at[axis] = 0;
    }
  }
  return result;
}

/** How an integer is read, by the name of its dtype. */
const integerReaders: ReadonlyMap<string, (view: DataView, at: number) => number> = new Map([
  ["i1", (view, at) => view.getInt8(at)],
  ["i2", (view, at) => view.getInt16(at, true)],
  ["i4", (view, at) => view.getInt32(at, true)],
  ["i8", (view, at) => Number(view.getBigInt64(at, true))],
  ["u1", (view, at) => view.getUint8(at)],
  ["u2", (view, at) => view.getUint16(at, true)],
  ["u4", (view, at) => view.getUint32(at, true)],
  ["u8", (view, at) => Number(view.getBigUint64(at, true))],
]);

/** The integers of a small array, in row-major order. Throws `InputError` for another dtype, or more than `most`. */
export function npyIntegers(array: NpyArray, most: number): number[] {
  const { where, itemBytes, shape } = array;
  const readInteger = integerReaders.get(dtypeName(array));
  if (!readInteger) throw new InputError(`${where}: must hold integers, is ${dtypeName(array)}`);
  const count = shape.reduce((a, b) => a * b, 1);
  if (count > most) throw new InputError(`${where}: must hold at most ${most} integers, is ${quoted(shape)}`);
  const view = new DataView(npyBytes(array).buffer);
  return Array.from({ length: count }, (_, i) => readInteger(view, i * itemBytes));
}

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
