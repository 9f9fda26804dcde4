import { InputError } from "../input-error.ts";
import { isRecord, parseBoundedJson, quoted } from "./bounded-json.ts";
import type { ByteSource } from "./byte-source.ts";
import { refuseOtherKinds } from "./file-kind.ts";

/** A layer takes under 1 KB of header; a hostile header of this size still fits in memory as JSON values. */
const LARGEST_HEADER_BYTES = 2 ** 24;
/** A tensor is read whole, so one tensor must fit in memory comfortably. */
const LARGEST_TENSOR_BYTES = 2 ** 31;

const ELEMENT_BYTES: ReadonlyMap<string, number> = new Map([
  ...(["BOOL", "U8", "I8", "F8_E4M3", "F8_E5M2"] as const).map((dtype) => [dtype, 1] as const),
  ...(["F16", "BF16", "I16", "U16"] as const).map((dtype) => [dtype, 2] as const),
  ...(["F32", "I32", "U32"] as const).map((dtype) => [dtype, 4] as const),
  ...(["F64", "I64", "U64"] as const).map((dtype) => [dtype, 8] as const),
]);

/** One tensor of the file: what it is and which bytes of the file hold it. */
export interface StoredTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** From the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

/** The values of `__metadata__`, looked up one by one: a hostile file may have very many. */
export type Metadata = Pick<ReadonlyMap<string, unknown>, "get" | "has">;

export interface SafetensorsHeader {
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/**
 * Reads and checks a safetensors header: 8 bytes of little-endian length, JSON, then raw data.
 * Every tensor lies inside the data, has the bytes its shape and dtype need, and shares none of them.
 * Bytes that no tensor claims are ignored. Throws `InputError` for anything else.
 */
export function readSafetensorsHeader(source: ByteSource): SafetensorsHeader {
  const { entries, dataStart } = readHeaderJson(source);
  const metadata = entries.get("__metadata__");
  if (metadata === undefined)
    throw new InputError(`${source.name}: header has no __metadata__; ${noTrace(entries.size)}`);
  if (!isRecord(metadata))
    throw new InputError(`${source.name}: __metadata__ must be an object, is ${quoted(metadata)}`);
  entries.delete("__metadata__");
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of entries) tensors.set(name, checkTensor(source, dataStart, name, entry));
  refuseOverlap(source, tensors);
  return { metadata: metadataOf(metadata), tensors };
}

/** What a safetensors file is that says nothing of a training step. */
export const noTrace = (tensors: number): string =>
  `a file of ${tensors === 1 ? "1 tensor" : `${tensors} tensors`}, such as a model's weights, is no trace; one is recorded with capture/swg_capture (src/trace/FORMAT.md)`;

const metadataOf = (record: Readonly<Record<string, unknown>>): Metadata => ({
  has: (key) => Object.hasOwn(record, key),
  get: (key) => (Object.hasOwn(record, key) ? record[key] : undefined),
});

function readHeaderJson(source: ByteSource): { entries: Map<string, unknown>; dataStart: number } {
  const fail = (rule: string) => new InputError(`${source.name}: ${rule}`);
  refuseOtherKinds(source, "safetensors");
  if (source.size < 8)
    throw fail(`file has ${source.size} bytes; a safetensors file begins with an 8-byte header length`);
  const length = new DataView(source.read(0, 8).buffer).getBigUint64(0, true);
  if (length > LARGEST_HEADER_BYTES)
    throw fail(
      `is no trace: begins neither as a .npz nor as a safetensors file, whose header length would be ${length} bytes; at most ${LARGEST_HEADER_BYTES} are read`,
    );
  const headerBytes = Number(length);
  if (headerBytes > source.size - 8)
    throw fail(
      `header length is ${headerBytes} bytes, but only ${source.size - 8} follow it; is the file cut?`,
    );
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(source.read(8, headerBytes));
  } catch {
    throw fail("header is not UTF-8 text");
  }
  const json = parseBoundedJson(text);
  if ("problem" in json) throw fail(`header ${json.problem}`);
  if (!isRecord(json.value)) throw fail(`header must be a JSON object, is ${quoted(json.value)}`);
  return { entries: new Map(Object.entries(json.value)), dataStart: 8 + headerBytes };
}

function checkTensor(source: ByteSource, dataStart: number, name: string, entry: unknown): StoredTensor {
  const fail = (rule: string) => new InputError(`${source.name}: tensor ${quoted(name)}: ${rule}`);
  if (!isRecord(entry)) throw fail(`entry must be an object, is ${quoted(entry)}`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const elementBytes = typeof dtype === "string" ? ELEMENT_BYTES.get(dtype) : undefined;
  if (typeof dtype !== "string" || elementBytes === undefined)
    throw fail(`unknown dtype ${quoted(dtype)}; known: ${[...ELEMENT_BYTES.keys()].join(", ")}`);
  if (!isSizeList(shape)) throw fail(`shape must be a list of sizes, is ${quoted(shape)}`);
  if (!isSizeList(offsets) || offsets.length !== 2)
    throw fail(`data_offsets must be two integers from 0 up, is ${quoted(offsets)}`);
  const [begin, end] = offsets as [number, number];
  if (end < begin) throw fail(`data_offsets end before they begin, ${quoted(offsets)}`);
  const dataBytes = source.size - dataStart;
  if (end > dataBytes)
    throw fail(
      `data_offsets ${quoted(offsets)} lie outside the data of ${dataBytes} bytes; is the file cut?`,
    );
  const needed = shape.reduce((product, size) => product * size, elementBytes);
  if (needed !== end - begin)
    throw fail(`data_offsets hold ${end - begin} bytes; shape ${quoted(shape)} of ${dtype} needs ${needed}`);
  if (needed > LARGEST_TENSOR_BYTES)
    throw fail(`tensor has ${needed} bytes; at most ${LARGEST_TENSOR_BYTES} are read`);
  return { dtype, shape, offset: dataStart + begin, bytes: needed };
}

const isSizeList = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

function refuseOverlap(source: ByteSource, tensors: ReadonlyMap<string, StoredTensor>): void {
  const occupied = [...tensors].filter(([, t]) => t.bytes > 0).sort(([, a], [, b]) => a.offset - b.offset);
  for (let i = 1; i < occupied.length; i++) {
    const [before, first] = occupied[i - 1];
    const [name, second] = occupied[i];
    if (second.offset < first.offset + first.bytes)
      throw new InputError(
        `${source.name}: tensor ${quoted(name)}: its bytes overlap tensor ${quoted(before)}`,
      );
  }
}
