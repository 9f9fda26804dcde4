import { describe, expect, it } from "vitest";
import { float32, npyFile } from "../../../test/npz-file.ts";
import { arraySource } from "../byte-source.ts";
import { encodeZip } from "./encode-zip.ts";
import { readNpz } from "./npz.ts";

const array = npyFile("<f4", [2, 2], float32(1, 2, 3, 4));

describe("is zip64 read as its writers write it?", () => {
  const members = ["fc.fmap.npy", "fc.emap.npy"].map((name) => ({
    name,
    pieces: [array],
    deflate: false,
  }));
  const whole = new Uint8Array(Buffer.concat([...encodeZip(members)]));
  const end = whole.length - 22;
  const record = end - 20 - 56;
  const view = (bytes: Uint8Array) => new DataView(bytes.buffer);
  const [directoryBytes, directoryOffset] = [40, 48].map((at) =>
    Number(view(whole).getBigUint64(record + at, true)),
  );
  const changed = (change: (bytes: DataView) => void): Uint8Array => {
    const bytes = whole.slice();
    change(view(bytes));
    return bytes;
  };
  const read = (bytes: Uint8Array) => readNpz(arraySource("x", bytes)).steps[0].read("fc").fmap;
  /** As Python does from 2 GiB on, below 4 GiB: true numbers in both ends. */
  const bothTrue = changed((bytes) => {
    bytes.setUint16(end + 8, 2, true);
    bytes.setUint16(end + 10, 2, true);
    bytes.setUint32(end + 12, directoryBytes, true);
    bytes.setUint32(end + 16, directoryOffset, true);
  });

  it("with the largest numbers in the short end, with true ones, with some of both", () => {
    expect([...read(whole)]).toEqual([1, 2, 3, 4]);
    expect(read(bothTrue)).toEqual(read(whole));
    expect(read(changed((bytes) => bytes.setUint32(end + 16, directoryOffset, true)))).toEqual(read(whole));
    expect(read(changed((bytes) => bytes.setUint16(end + 10, 2, true)))).toEqual(read(whole));
  });

  it("with a comment behind it", () => {
    const comment = new Uint8Array([...bothTrue, ...Buffer.from("hi")]);
    view(comment).setUint16(end + 20, 2, true);
    expect(read(comment)).toEqual(read(whole));
  });

  it.each<[string, (bytes: DataView) => void, string]>([
    [
      "ends that disagree",
      (bytes) => bytes.setUint16(end + 10, 7, true),
      "both ends of the zip directory must agree, have 7 and 2 as its count",
    ],
    [
      "a record outside the file",
      (bytes) => bytes.setBigUint64(end - 12, 2n ** 40n, true),
      "zip64 directory end lies outside the file",
    ],
    ["a record that is none", (bytes) => bytes.setUint32(record, 7, true), "zip64 directory end is damaged"],
    [
      "a second part",
      (bytes) => bytes.setUint32(record + 16, 1, true),
      "zip files of several parts are not read",
    ],
  ])("%s: refused", (_, change, message) => {
    expect(() => read(changed(change))).toThrow(message);
  });
});
