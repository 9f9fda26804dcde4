import { deflateRawSync } from "node:zlib";
import { crc32 } from "../src/trace/numpy/crc32.ts";

/** A .npy file; `header`: another text than NumPy would write, `length`: another length of it, `magic`: another beginning. */
export function npyFile(
  descr: string,
  shape: readonly number[],
  data: ArrayLike<number>,
  { header, length, version = 1, magic = "\x93NUMPY" }: NpyChange = {},
): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = header ?? `{'descr': '${descr}', 'fortran_order': False, 'shape': (${tuple}), }\n`;
  const start = [...magic].map((character) => character.charCodeAt(0));
  const bytes = new Uint8Array(start.length + (version === 1 ? 4 : 6) + text.length);
  bytes.set([...start, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(start.length + 2, length ?? text.length, true);
  else view.setUint32(start.length + 2, length ?? text.length, true);
  bytes.set(new TextEncoder().encode(text), bytes.length - text.length);
  return Buffer.concat([bytes, Uint8Array.from(data)]);
}

export interface NpyChange {
  readonly header?: string;
  readonly length?: number;
  readonly version?: number;
  readonly magic?: string;
}

/** The bytes of float32 values. */
export const float32 = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
export const int64 = (...values: bigint[]): Uint8Array => new Uint8Array(BigInt64Array.from(values).buffer);

/** A member of a zip file, and lies about it. */
export interface ZipMember {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly deflate?: boolean;
  /** What the directory says in place of the truth. */
  readonly says?: Partial<Record<"method" | "flags" | "crc" | "compressed" | "size" | "offset", number>>;
  /** The name in the local header. */
  readonly localName?: string;
  /** An extra field of the directory, raw. */
  readonly extra?: Uint8Array;
}

/** A zip file of these members, not zip64; `count`, `at`: what its end says of the directory in place of the truth. */
export function zipFile(
  members: readonly ZipMember[],
  end: { count?: number; at?: number } = {},
): Uint8Array {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  const fields = (widths: string, values: number[]) => {
    const piece = Buffer.alloc([...widths].reduce((sum, width) => sum + Number(width), 0));
    let at = 0;
    [...widths].forEach((width, i) => {
      piece.writeUIntLE(values[i], at, Number(width));
      at += Number(width);
    });
    return piece;
  };
  for (const { name, bytes, deflate, says = {}, localName = name, extra = new Uint8Array(0) } of members) {
    const data = deflate ? deflateRawSync(bytes) : bytes;
    const method = says.method ?? (deflate ? 8 : 0);
    const truth = [says.crc ?? crc32(bytes), says.compressed ?? data.length, says.size ?? bytes.length];
    const flags = says.flags ?? 0;
    const [named, localNamed] = [Buffer.from(name), Buffer.from(localName)];
    const common = [20, flags, method, 0, 33, ...truth];
    const local = fields("42222244422", [0x04034b50, ...common, localNamed.length, 0]);
    pieces.push(local, localNamed, data);
    const at = says.offset ?? offset;
    const rest = [named.length, extra.length, 0, 0, 0, 0, at];
    directory.push(fields("42222224442222244", [0x02014b50, 20, ...common, ...rest]), named, extra);
    offset += local.length + localNamed.length + data.length;
  }
  const bytes = directory.reduce((sum, { length }) => sum + length, 0);
  const count = end.count ?? members.length;
  const last = fields("422224 42".replace(" ", ""), [
    0x06054b50,
    0,
    0,
    count,
    count,
    bytes,
    end.at ?? offset,
    0,
  ]);
  return new Uint8Array(Buffer.concat([...pieces, ...directory, last]));
}
