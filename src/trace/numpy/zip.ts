import { InputError } from "../../input-error.ts";
import { quoted } from "../bounded-json.ts";
import type { ByteSource } from "../byte-source.ts";
import { crc32 } from "./crc32.ts";
import { inflateInPieces } from "./inflate.ts";

/** A trace of 200 layers and 20 steps has 16,000 members, of under 1 KB each in the directory. */
const LARGEST_DIRECTORY_BYTES = 2 ** 24;
const MOST_MEMBERS = 2 ** 14;
/** What inflates beyond this size and this factor is taken for a zip bomb; NumPy's arrays of real maps gain 2 to 50. */
const LARGE_BYTES = 2 ** 26;
const LARGEST_GAIN = 256;

const utf8 = new TextDecoder("utf-8", { fatal: true });
const STORED = 0;
const DEFLATED = 8;
const ABOVE_32_BITS = 0xffffffff;

/** What the directory of a zip file says of a member. */
interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Of its local header, from the start of the file. */
  readonly offset: number;
  readonly nameBytes: Uint8Array;
}

/**
 * The members of a zip file by their names, in the order of its directory, each read on its own and checked against its
 * CRC where it is read to its end. Members are stored or deflated, share no bytes, and have the sizes that the directory
 * says, which are checked before memory is taken. zip64 is read. Throws `InputError` for anything else.
 */
export function readZip(source: ByteSource): Map<string, ByteSource> {
  const fail = (rule: string) => new InputError(`${source.name}: ${rule}`);
  const { entries, directoryOffset } = readDirectory(source, fail);
  const inOrder = [...entries].sort((a, b) => a.offset - b.offset);
  const ends = new Map(inOrder.map((entry, i) => [entry, inOrder[i + 1]?.offset ?? directoryOffset]));
  const members = new Map<string, ByteSource>();
  for (const entry of entries) {
    if (members.has(entry.name)) throw fail(`member ${quoted(entry.name)} is there twice`);
    members.set(entry.name, memberOf(source, entry, ends.get(entry)!));
  }
  return members;
}

type Fail = (rule: string) => InputError;

function readDirectory(source: ByteSource, fail: Fail): { entries: Entry[]; directoryOffset: number } {
  const tailBytes = Math.min(source.size, 22 + 2 ** 16);
  const tail = source.read(source.size - tailBytes, tailBytes);
  const view = new DataView(tail.buffer);
  let end = tailBytes - 22;
  while (
    end >= 0 &&
    !(view.getUint32(end, true) === 0x06054b50 && end + 22 + view.getUint16(end + 20, true) === tailBytes)
  )
    end--;
  if (end < 0) throw fail("zip directory is missing; is the file cut?");
  const endOffset = source.size - tailBytes + end;
  const short: DirectoryEnd = {
    at: endOffset,
    disks: view.getUint32(end + 4, true),
    count: view.getUint16(end + 10, true),
    bytes: view.getUint32(end + 12, true),
    offset: view.getUint32(end + 16, true),
  };
  const { at: directoryEnd, disks, count, bytes, offset } = zip64End(source, short, fail) ?? short;
  if (disks !== 0) throw fail("zip files of several parts are not read");
  if (offset + bytes !== directoryEnd)
    throw fail(`zip directory of ${bytes} bytes at ${offset} must end at ${directoryEnd}; is the file cut?`);
  if (bytes > LARGEST_DIRECTORY_BYTES)
    throw fail(`zip directory has ${bytes} bytes; at most ${LARGEST_DIRECTORY_BYTES} are read`);
  if (count > MOST_MEMBERS)
    throw fail(`zip directory has ${count} members; at most ${MOST_MEMBERS} are read`);
  const entries = parseEntries(source.read(offset, bytes), offset, count, fail);
  return { entries, directoryOffset: offset };
}

/** What the record behind the directory says of it. */
interface DirectoryEnd {
  /** where the record begins, and the directory ends */
  readonly at: number;
  /** numbers of this part of the file and of the one where the directory begins */
  readonly disks: number;
  readonly count: number;
  readonly bytes: number;
  readonly offset: number;
}

/**
 * zip64's record, where a locator stands before the short one. Writers add it once a file is larger than they trust to 32 bits
 * (Python: 2 GiB; PyTorch: always), so the short one may hold true numbers as well as the largest ones. Those must agree.
 */
function zip64End(source: ByteSource, short: DirectoryEnd, fail: Fail): DirectoryEnd | undefined {
  if (short.at < 20 + 56) return undefined;
  const locator = new DataView(source.read(short.at - 20, 20).buffer);
  if (locator.getUint32(0, true) !== 0x07064b50) return undefined;
  const at = exact(locator.getBigUint64(8, true), fail);
  if (at + 56 > short.at - 20) throw fail("zip64 directory end lies outside the file");
  const record = new DataView(source.read(at, 56).buffer);
  if (record.getUint32(0, true) !== 0x06064b50) throw fail("zip64 directory end is damaged");
  const wide = {
    at,
    disks: record.getUint32(16, true) + record.getUint32(20, true),
    count: exact(record.getBigUint64(32, true), fail),
    bytes: exact(record.getBigUint64(40, true), fail),
    offset: exact(record.getBigUint64(48, true), fail),
  };
  for (const [field, most] of [
    ["count", 0xffff],
    ["bytes", ABOVE_32_BITS],
    ["offset", ABOVE_32_BITS],
  ] as const)
    if (short[field] !== most && short[field] !== wide[field])
      throw fail(
        `both ends of the zip directory must agree, have ${short[field]} and ${wide[field]} as its ${field}`,
      );
  return wide;
}

function parseEntries(
  directory: Uint8Array<ArrayBuffer>,
  directoryOffset: number,
  count: number,
  fail: Fail,
): Entry[] {
  const view = new DataView(directory.buffer);
  const entries: Entry[] = [];
  let at = 0;
  while (at < directory.length) {
    if (at + 46 > directory.length || view.getUint32(at, true) !== 0x02014b50)
      throw fail(`zip directory is damaged at member ${entries.length}`);
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const next = at + 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (next > directory.length) throw fail(`zip directory is damaged at member ${entries.length}`);
    const entry = parseEntry(directory.subarray(at, next), nameBytes, extraBytes, fail);
    if (entry.offset + 30 + nameBytes + entry.compressedBytes > directoryOffset)
      throw fail(`member ${quoted(entry.name)} lies outside the file; is the file cut?`);
    entries.push(entry);
    at = next;
  }
  if (entries.length !== count) throw fail(`zip directory must have ${count} members, has ${entries.length}`);
  return entries;
}

function parseEntry(bytes: Uint8Array, nameLength: number, extraLength: number, fail: Fail): Entry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const nameBytes = bytes.subarray(46, 46 + nameLength);
  let name: string;
  try {
    name = utf8.decode(nameBytes);
  } catch {
    throw fail("name of a zip member is not UTF-8 text");
  }
  const failMember = (rule: string) => fail(`member ${quoted(name)}: ${rule}`);
  if (view.getUint16(8, true) & 1) throw failMember("is encrypted; encrypted members are not read");
  const method = view.getUint16(10, true);
  if (method !== STORED && method !== DEFLATED)
    throw failMember(`compression method must be 0 (stored) or 8 (deflated), is ${method}`);
  const wide = zip64Fields(bytes.subarray(46 + nameLength, 46 + nameLength + extraLength));
  const field = (at: number) => {
    const value = view.getUint32(at, true);
    if (value !== ABOVE_32_BITS) return value;
    const wider = wide.shift();
    return wider === undefined ? value : exact(wider, failMember);
  };
  const entryBytes = field(24);
  const compressedBytes = field(20);
  const offset = field(42);
  if (method === STORED && entryBytes !== compressedBytes)
    throw failMember(`is stored with ${compressedBytes} bytes, but must have ${entryBytes}`);
  if (entryBytes > LARGE_BYTES && entryBytes > LARGEST_GAIN * compressedBytes)
    throw failMember(
      `inflates from ${compressedBytes} to ${entryBytes} bytes, more than ${LARGEST_GAIN} times: a zip bomb? np.savez writes it uncompressed`,
    );
  return {
    name,
    method,
    crc: view.getUint32(16, true),
    compressedBytes,
    bytes: entryBytes,
    offset,
    nameBytes,
  };
}

/** The 64-bit numbers of the extra field 1, in order: those that did not fit in 32 bits. */
function zip64Fields(extra: Uint8Array): bigint[] {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.length);
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > extra.length) break;
    if (view.getUint16(at, true) === 1)
      return Array.from({ length: Math.floor((end - at - 4) / 8) }, (_, i) =>
        view.getBigUint64(at + 4 + 8 * i, true),
      );
    at = end;
  }
  return [];
}

function exact(value: bigint, fail: Fail): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    throw fail(`zip offsets and sizes must be below 2^53, are ${value}`);
  return Number(value);
}

/** A member's bytes. `end`: where the next member, or the directory, begins. */
function memberOf(source: ByteSource, entry: Entry, end: number): ByteSource {
  const { name, bytes, compressedBytes } = entry;
  const fail = (rule: string) => new InputError(`${source.name}: member ${quoted(name)}: ${rule}`);
  let found: ByteSource | undefined;
  const data = () => {
    found ??= compressedData(source, entry, end, fail);
    return found;
  };
  const check = (offset: number, result: Uint8Array<ArrayBuffer>, before: () => Uint8Array) => {
    if (result.length > 0 && offset + result.length === bytes && crc32(result, crc32(before())) !== entry.crc)
      throw fail("its bytes do not have the CRC that the file says; is the file damaged?");
    return result;
  };
  if (entry.method === STORED)
    return {
      name,
      size: bytes,
      read: (offset, length) => check(offset, data().read(offset, length), () => data().read(0, offset)),
    };
  return {
    name,
    size: bytes,
    read(offset, length) {
      const result = new Uint8Array(length);
      let front = 0;
      let at = 0;
      const take = (piece: Uint8Array): boolean => {
        if (at + piece.length > bytes)
          throw fail(`inflates to more than the ${bytes} bytes that the file says`);
        front = crc32(piece, front);
        const from = Math.max(0, offset - at);
        const until = Math.min(piece.length, offset + length - at);
        if (from < until) result.set(piece.subarray(from, until), at + from - offset);
        at += piece.length;
        // what is read to its end is inflated to its end, so that nothing more can hide there
        return at < offset + length || offset + length === bytes;
      };
      try {
        inflateInPieces(data(), take);
      } catch (error) {
        if (error instanceof InputError) throw error;
        throw fail(`cannot be inflated (${(error as Error).message}); is the file damaged?`);
      }
      if (at < offset + length)
        throw fail(`inflates to ${at} bytes from ${compressedBytes}, not to ${bytes}; is the file damaged?`);
      if (offset + length === bytes && front !== entry.crc)
        throw fail("its bytes do not have the CRC that the file says; is the file damaged?");
      return result;
    },
  };
}

/** The bytes behind a member's local header, which must name the same member. */
function compressedData(source: ByteSource, entry: Entry, end: number, fail: Fail): ByteSource {
  const { name, offset, compressedBytes, nameBytes } = entry;
  const header = source.read(offset, 30 + nameBytes.length);
  const view = new DataView(header.buffer);
  const same =
    view.getUint32(0, true) === 0x04034b50 &&
    view.getUint16(26, true) === nameBytes.length &&
    nameBytes.every((byte, i) => header[30 + i] === byte);
  if (!same) throw fail(`its header at ${offset} is not there; is the file damaged?`);
  const start = offset + 30 + nameBytes.length + view.getUint16(28, true);
  if (start + compressedBytes > end) throw fail(`its ${compressedBytes} bytes overlap the member behind it`);
  return { name, size: compressedBytes, read: (at, length) => source.read(start + at, length) };
}
