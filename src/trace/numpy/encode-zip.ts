import { deflateSync } from "fflate";
import { crc32 } from "./crc32.ts";

/** A member on its way into a zip file; its bytes in pieces. */
export interface ZipInput {
  readonly name: string;
  readonly pieces: readonly Uint8Array[];
  /** whether to try deflate, which pays for bitmaps and not for values */
  readonly deflate: boolean;
}

/** Readers take a member that gains more for a zip bomb. */
const LARGEST_GAIN = 200;
/** Bitmaps have nothing to repeat: a higher level gains a fifth and takes six times as long. */
const LEVEL = 1;
/** Above this size a member is stored: deflate holds all of it twice. */
const LARGEST_DEFLATED_BYTES = 2 ** 28;
/** Zip's first day: the same members give the same bytes. */
const DATE = (1 << 5) | 1;

/** The bytes of a zip file (zip64), a member at a time. Names are UTF-8. */
export function* encodeZip(members: Iterable<ZipInput>): Generator<Uint8Array> {
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const member of members) {
    const name = new TextEncoder().encode(member.name);
    const bytes = member.pieces.reduce((sum, piece) => sum + piece.length, 0);
    const deflated =
      member.deflate && bytes <= LARGEST_DEFLATED_BYTES
        ? deflateSync(joined(member.pieces, bytes), { level: LEVEL })
        : undefined;
    const pays = deflated && deflated.length < bytes && deflated.length * LARGEST_GAIN > bytes;
    const pieces = pays ? [deflated] : member.pieces;
    const entry = {
      name,
      bytes,
      offset,
      method: pays ? 8 : 0,
      compressedBytes: pays ? deflated.length : bytes,
      crc: member.pieces.reduce((crc, piece) => crc32(piece, crc), 0),
    };
    const header = headerOf(entry, false);
    yield header;
    yield* pieces;
    directory.push(headerOf(entry, true));
    offset += header.length + entry.compressedBytes;
  }
  yield* directory;
  yield endOf(
    directory.length,
    directory.reduce((sum, { length }) => sum + length, 0),
    offset,
  );
}

interface Entry {
  readonly name: Uint8Array;
  readonly method: number;
  readonly crc: number;
  readonly bytes: number;
  readonly compressedBytes: number;
  readonly offset: number;
}

/** A member's header, before its bytes or in the directory; sizes and offset in a zip64 field. */
function headerOf(
  { name, method, crc, bytes, compressedBytes, offset }: Entry,
  inDirectory: boolean,
): Uint8Array {
  const fixed = inDirectory ? 46 : 30;
  const wide = inDirectory ? [bytes, compressedBytes, offset] : [bytes, compressedBytes];
  const header = new Uint8Array(fixed + name.length + 4 + 8 * wide.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, inDirectory ? 0x02014b50 : 0x04034b50, true);
  const at = inDirectory ? 6 : 4;
  if (inDirectory) view.setUint16(4, 45, true);
  view.setUint16(at, 45, true);
  view.setUint16(at + 2, 0x0800, true);
  view.setUint16(at + 4, method, true);
  view.setUint16(at + 8, DATE, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, 0xffffffff, true);
  view.setUint32(at + 18, 0xffffffff, true);
  view.setUint16(at + 22, name.length, true);
  view.setUint16(at + 24, 4 + 8 * wide.length, true);
  if (inDirectory) view.setUint32(42, 0xffffffff, true);
  header.set(name, fixed);
  view.setUint16(fixed + name.length, 1, true);
  view.setUint16(fixed + name.length + 2, 8 * wide.length, true);
  wide.forEach((value, i) => {
    view.setBigUint64(fixed + name.length + 4 + 8 * i, BigInt(value), true);
  });
  return header;
}

/** The end of the directory, in zip64's form and, pointing to it, in the old one. */
function endOf(count: number, bytes: number, offset: number): Uint8Array {
  const end = new Uint8Array(56 + 20 + 22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06064b50, true);
  view.setBigUint64(4, 44n, true);
  view.setUint16(12, 45, true);
  view.setUint16(14, 45, true);
  for (const [at, value] of [
    [24, count],
    [32, count],
    [40, bytes],
    [48, offset],
  ])
    view.setBigUint64(at, BigInt(value), true);
  view.setUint32(56, 0x07064b50, true);
  view.setBigUint64(64, BigInt(offset + bytes), true);
  view.setUint32(72, 1, true);
  view.setUint32(76, 0x06054b50, true);
  view.setUint16(84, 0xffff, true);
  view.setUint16(86, 0xffff, true);
  view.setUint32(88, 0xffffffff, true);
  view.setUint32(92, 0xffffffff, true);
  return end;
}

function joined(pieces: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
