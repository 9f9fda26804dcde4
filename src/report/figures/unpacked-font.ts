import { inflateSync } from "node:zlib";

const headerBytes = { woff: 44, sfnt: 12 };
const entryBytes = { woff: 20, sfnt: 16 };

/**
 * A font in WOFF 1.0 as the TrueType or OpenType font that it packs (https://www.w3.org/TR/WOFF/). fontkit would inflate a whole
 * table again for every glyph that it looks up.
 */
export function unpackedFont(woff: Buffer): Buffer {
  const tables = woff.readUInt16BE(12);
  const entries = Array.from({ length: tables }, (_, i) => headerBytes.woff + i * entryBytes.woff);
  const directory = Buffer.alloc(headerBytes.sfnt + tables * entryBytes.sfnt);
  const power = 31 - Math.clz32(tables);
  woff.copy(directory, 0, 4, 8);
  directory.writeUInt16BE(tables, 4);
  directory.writeUInt16BE(2 ** power * entryBytes.sfnt, 6);
  directory.writeUInt16BE(power, 8);
  directory.writeUInt16BE((tables - 2 ** power) * entryBytes.sfnt, 10);
  const parts = [directory];
  let end = directory.length;
  for (const [i, entry] of entries.entries()) {
    const [offset, packed, length] = [4, 8, 12].map((field) => woff.readUInt32BE(entry + field));
    const data = woff.subarray(offset, offset + packed);
    const at = headerBytes.sfnt + i * entryBytes.sfnt;
    woff.copy(directory, at, entry, entry + 4);
    woff.copy(directory, at + 4, entry + 16, entry + 20);
    directory.writeUInt32BE(end, at + 8);
    directory.writeUInt32BE(length, at + 12);
    // a table begins at a multiple of four bytes
    const table = Buffer.alloc(Math.ceil(length / 4) * 4);
    table.set(packed < length ? inflateSync(data) : data);
    parts.push(table);
    end += table.length;
  }
  return Buffer.concat(parts);
}
