import { float32, int64, type NpyChange, npyFile, type ZipMember, zipFile } from "./npz-file.ts";

/** A 1x1 convolution on 2 positions, K = C = 1: every array that a trace may have of it. */
const good: Record<string, Uint8Array> = {
  "a.fmap": npyFile("<f4", [1, 1, 1, 2], float32(1, 2)),
  "a.emap": npyFile("<f4", [1, 1, 1, 2], float32(3, 0)),
  "a.mask": npyFile("|u1", [1, 1, 1, 1], [1]),
  "a.weight_gradient": npyFile("<f4", [1, 1, 1, 1], float32(3)),
  "a.stride": npyFile("<i8", [], int64(1n)),
};
const withArray = (name: string, bytes: Uint8Array) => ({ ...good, [name]: bytes });
const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(good).filter(([name]) => !names.includes(name)));
const fmap = (descr: string, shape: readonly number[], data: Uint8Array, change?: NpyChange) =>
  withArray("a.fmap", npyFile(descr, shape, data, change));
const header = (text: string) => fmap("", [], float32(1, 2), { header: text });
const dict = (descr: string, order: string, shape: string) =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

export type Arrays = Readonly<Record<string, Uint8Array>>;

/** Arrays that no reader may take, for a .npz and for a folder alike, each with a part of what is said of them. */
export const hostileArrays: readonly [string, Arrays, string][] = [
  ["no array", fmap("<f4", [], new Uint8Array(0), { magic: "nothing" }), "is no .npy array"],
  ["an array of 9 bytes", withArray("a.fmap", good["a.fmap"].slice(0, 9)), "is no .npy array"],
  ["an array cut in its header", withArray("a.fmap", good["a.fmap"].slice(0, 40)), "but only 30 follow it"],
  ["an array cut in its data", withArray("a.fmap", good["a.fmap"].slice(0, -3)), "needs 8 bytes, has 5"],
  [
    "an array with more behind it",
    withArray("a.fmap", Buffer.concat([good["a.fmap"], float32(1)])),
    "has 12",
  ],
  ["version 9", fmap("<f4", [1, 1, 1, 2], float32(1, 2), { version: 9 }), "version must be 1, 2 or 3, is 9"],
  [
    "header of 2^32-1 bytes",
    fmap("<f4", [2], float32(1, 2), { version: 2, length: 2 ** 32 - 1 }),
    "4294967295 bytes; at most",
  ],
  [
    "a shape of 2^63",
    header(dict("'<f4'", "False", "(9223372036854775808,)")),
    "shape must be up to 32 sizes",
  ],
  ["a shape of 2^52", header(dict("'<f4'", "False", "(4503599627370496,)")), "at most 2147483648 are read"],
  [
    "a shape whose product overflows",
    header(dict("'<f4'", "False", "(4503599627370496, 4503599627370496)")),
    "at most 2147483648 are read",
  ],
  ["a shape below zero", header(dict("'<f4'", "False", "(-2,)")), "header must have descr"],
  [
    "a shape of 33 axes",
    header(dict("'<f4'", "False", `(${"1, ".repeat(33)})`)),
    "shape must be up to 32 sizes",
  ],
  ["a shape nested deeply", header(dict("'<f4'", "False", "(".repeat(30_000))), "header must have descr"],
  ["a header that is code", header("__import__('os').system('true')\n"), "header must have descr"],
  [
    "a header without its end",
    header("{'descr': '<f4', 'fortran_order': False, 'shape': (2,"),
    "header must have descr",
  ],
  ["pickled objects", header(dict("'|O'", "False", "(2,)")), "pickled Python objects are not read"],
  [
    "a structured dtype",
    header(dict("[('a', '<f4'), ('b', '<f4')]", "False", "(1,)")),
    "dtype is structured",
  ],
  [
    "complex numbers",
    fmap("<c8", [1, 1, 1, 1], float32(1, 2)),
    'dtype is complex: complex numbers are not read; save the real ones ("<c8")',
  ],
  ["dates", fmap("<M8[ns]", [1, 1, 1, 1], float32(1, 2)), "dtype is of dates or times"],
  ["float8", fmap("<V1", [1, 1, 1, 2], Uint8Array.of(1, 2)), "dtype is float8 or another of ml_dtypes"],
  ["ml_dtypes' float8_e5m2", fmap("<f1", [1, 1, 1, 2], Uint8Array.of(1, 2)), "dtype is float8 or another"],
  ["raw bytes", fmap("|V4", [1, 1, 1, 2], float32(1, 2)), "dtype is raw bytes (void)"],
  ["longdouble", fmap("<f16", [1, 1, 1, 1], new Uint8Array(16)), "dtype is longdouble"],
  [
    "strings of any length",
    fmap("|T16", [1, 1, 1, 1], new Uint8Array(16)),
    "dtype is of strings of any length",
  ],
  [
    "2^52 texts of no characters",
    withArray("layers", npyFile("<U0", [2 ** 52], [])),
    "texts of no characters",
  ],
  ["2^52 texts of no bytes", withArray("layers", npyFile("|S0", [2 ** 52], [])), "texts of no characters"],
  [
    "a text of 200,000 characters",
    withArray(
      "network",
      npyFile("<U200000", [], new Uint8Array(Uint32Array.from({ length: 200_000 }, () => 97).buffer)),
    ),
    "text must have at most 1024 characters, has 200000",
  ],
  [
    "a text of 10^8 characters",
    withArray("network", npyFile("<U100000000", [], new Uint8Array(8))),
    "needs 400000000 bytes, has 8",
  ],
  [
    "a list of what was left out, of 20 MB",
    withArray("left_out", npyFile("|S20000000", [], new Uint8Array(20_000_000))),
    "text must have at most 16777216 bytes, has 20000000",
  ],
  ["text that is not UTF-8", withArray("network", npyFile("|S2", [], [255, 254])), "text is not UTF-8"],
  [
    "two networks",
    withArray("network", npyFile("|S1", [2], [65, 66])),
    "must hold one value, has the shape [2]",
  ],
  ["a float of 2^31 bytes", fmap("<f2147483648", [1], float32(1, 2)), "unknown dtype"],
  [
    "a wrong dtype",
    fmap("<i4", [1, 1, 1, 2], float32(1, 2)),
    "dtype must be f2 or f4 or f8 or bfloat16 or b1, is i4",
  ],
  ["NaN", fmap("<f4", [1, 1, 1, 2], float32(1, Number.NaN)), "must be finite, is NaN at [0,0,0,1]"],
  [
    "a mask of a half",
    withArray("a.mask", npyFile("<f4", [1, 1, 1, 1], float32(0.5))),
    "must be 0 or 1, is 0.5 at [0,0,0,0]",
  ],
  [
    "a mask of NaN",
    withArray("a.mask", npyFile("<f4", [1, 1, 1, 1], float32(Number.NaN))),
    "must be 0 or 1, is NaN",
  ],
  ["a mask of -1", withArray("a.mask", npyFile("<i8", [1, 1, 1, 1], int64(-1n))), "must be 0 or 1, is -1"],
  ["a mask of 2", withArray("a.mask", npyFile("|u1", [1, 1, 1, 1], [2])), "must be 0 or 1, is 2"],
  [
    "a boolean of 7",
    { ...fmap("|b1", [1, 1, 1, 2], Uint8Array.of(1, 7)), "a.emap": npyFile("|b1", [1, 1, 1, 2], [1, 0]) },
    "must be 0 or 1, is 7",
  ],
  [
    "values beside bitmaps",
    fmap("|b1", [1, 1, 1, 2], Uint8Array.of(1, 0)),
    "must both be values or both be bitmaps",
  ],
  ["no emap", without("a.emap"), 'array "a.emap" is missing'],
  ["no kernel", without("a.mask", "a.weight_gradient"), 'kernel is not known; give "a.kernel"'],
  ["an unknown array", withArray("a.fmapp", good["a.fmap"]), 'unknown array "a.fmapp"; known: LAYER.fmap'],
  [
    "a gradient of another shape",
    withArray("a.weight_gradient", npyFile("<f4", [1, 1, 1, 3], float32(1, 2, 3))),
    "make it",
  ],
  ["a stride of 2^62", withArray("a.stride", npyFile("<i8", [], int64(2n ** 62n))), "stride must be [y, x]"],
  ["a stride of 0", withArray("a.stride", npyFile("<i8", [], int64(0n))), "stride must be [y, x]"],
  [
    "a stride of text",
    withArray("a.stride", npyFile("<U1", [], [65, 0, 0, 0])),
    'must hold integers, holds "A"',
  ],
  [
    "padding of three",
    withArray("a.padding", npyFile("<i8", [3], int64(0n, 0n, 0n))),
    "padding must be one integer",
  ],
  [
    "text that is not Unicode",
    withArray("network", npyFile("<U1", [], [255, 255, 255, 255])),
    "text is not Unicode",
  ],
  [
    "a layer listed twice",
    withArray("layers", npyFile("<U1", [2], [97, 0, 0, 0, 97, 0, 0, 0])),
    'layer "a" is listed twice',
  ],
  [
    "a layer listed that is not there",
    withArray("layers", npyFile("<U1", [2], [97, 0, 0, 0, 98, 0, 0, 0])),
    'array "b.fmap" is missing',
  ],
  [
    "an empty tensor",
    { "a.fmap": npyFile("<f4", [0, 3], []), "a.emap": npyFile("<f4", [0, 2], []) },
    "N must be a whole number from 1",
  ],
  ["a step beyond 2^53", withArray("step", npyFile("<i8", [], int64(2n ** 62n))), "must be a whole number"],
  [
    "nothing of a layer",
    { network: npyFile("<U1", [], [65, 0, 0, 0]) },
    "has no map of a layer among its 1 arrays",
  ],
];

const members = (arrays: Arrays): ZipMember[] =>
  Object.entries(arrays).map(([name, bytes]) => ({ name: `${name}.npy`, bytes }));
const [first, ...rest] = members(good);
const change = (lie: Partial<ZipMember>): Uint8Array => zipFile([{ ...first, ...lie }, ...rest]);
const says = (lie: ZipMember["says"]): Uint8Array => change({ says: lie! });
const whole = zipFile(members(good));
const zeros = (bytes: number) => npyFile("<f4", [1, 1, 1, bytes / 4], new Uint8Array(bytes));
const wide = (...values: bigint[]) =>
  Buffer.concat([
    Uint8Array.of(1, 0, 8 * values.length, 0),
    new Uint8Array(BigUint64Array.from(values).buffer),
  ]);
const named = (name: string): Uint8Array => zipFile([...members(good), { name, bytes: good["a.fmap"] }]);
const many = (count: number): ZipMember[] =>
  Array.from({ length: count }, (_, i) => ({ name: `${i}.fmap.npy`, bytes: good["a.fmap"] }));
function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] ^= 0x40;
  return copy;
}

/** Files that are no .npz, or pretend to be another. */
export const hostileZips: readonly [string, () => Uint8Array, string][] = [
  ["cut in half", () => whole.slice(0, whole.length / 2), "zip directory is missing; is the file cut?"],
  ["cut by a byte", () => whole.slice(0, -1), "zip directory is missing; is the file cut?"],
  ["cut in front", () => whole.slice(first.bytes.length), "header length is"],
  ["the magic number alone", () => whole.slice(0, 4), "zip directory is missing"],
  ["no members", () => zipFile([]), "has no arrays; a trace has"],
  ["a count that is wrong", () => zipFile(members(good), { count: 7 }), "must have 7 members, has 5"],
  ["a directory elsewhere", () => zipFile(members(good), { at: 3 }), "must end at"],
  ["a directory at 2^32-2", () => zipFile(members(good), { at: 2 ** 32 - 2 }), "must end at"],
  ["a directory at 2^32-1 without zip64", () => zipFile(members(good), { at: 2 ** 32 - 1 }), "must end at"],
  ["a member outside the file", () => says({ offset: 2 ** 31 }), "lies outside the file"],
  ["two members in one place", () => zipFile([first, { ...rest[0], says: { offset: 0 } }]), "overlap"],
  [
    "a member that runs into the next",
    () => says({ size: 400, compressed: 400 }),
    "overlap the member behind it",
  ],
  [
    "sizes of 2^64-1",
    () =>
      change({
        says: { size: 2 ** 32 - 1, compressed: 2 ** 32 - 1 },
        extra: wide(2n ** 64n - 1n, 2n ** 64n - 1n),
      }),
    "must be below 2^53, are 18446744073709551615",
  ],
  [
    "sizes of 2^40",
    () => change({ says: { size: 2 ** 32 - 1, compressed: 2 ** 32 - 1 }, extra: wide(2n ** 40n, 2n ** 40n) }),
    "lies outside the file",
  ],
  ["a header of another member", () => change({ localName: "b.fmap.npy" }), "its header at 0 is not there"],
  ["a wrong CRC", () => says({ crc: 1 }), "do not have the CRC"],
  ["a flipped bit in the data", () => flipped(whole, 40 + first.bytes.length - 2), "do not have the CRC"],
  ["an encrypted member", () => says({ flags: 1 }), "encrypted members are not read"],
  ["bzip2", () => says({ method: 12 }), "must be 0 (stored) or 8 (deflated), is 12"],
  ["stored, with two sizes", () => says({ size: 2 ** 31 - 1 }), "is stored with"],
  ["deflate that is none", () => says({ method: 8 }), "inflates to 6 bytes from 84, not to 84"],
  [
    "a bomb: 65 KB that inflate to 64 MB",
    () => change({ bytes: zeros(2 ** 26), deflate: true }),
    "a zip bomb?",
  ],
  [
    "a bomb that says it is small",
    () => change({ bytes: zeros(2 ** 26), deflate: true, says: { size: 136 } }),
    "inflates to more than the 136",
  ],
  [
    "a bomb behind an honest header",
    () =>
      change({
        bytes: Buffer.concat([good["a.fmap"], new Uint8Array(2 ** 26)]),
        deflate: true,
        says: { size: good["a.fmap"].length },
      }),
    "inflates to more than the",
  ],
  [
    "a member that inflates to less",
    () => change({ deflate: true, says: { size: first.bytes.length + 4 } }),
    "not to 88; is the file damaged?",
  ],
  [
    "a name that climbs out",
    () => named("../../etc/cron.d/a.fmap.npy"),
    'array "../../etc/cron.d/a.fmap": name must be',
  ],
  ["an absolute name", () => named("/etc/a.fmap.npy"), "name must be LAYER.fmap"],
  ["a name with backslashes", () => named("..\\a.fmap.npy"), "name must be LAYER.fmap"],
  [
    "a step beside arrays of none",
    () => named("1/2/a.fmap.npy"),
    'array "a.fmap" belongs to no step, beside others of step 1',
  ],
  ["a part of a name that climbs", () => named("b/../a.fmap.npy"), "name must be LAYER.fmap"],
  ["a part of a name that is empty", () => named("b//a.fmap.npy"), "name must be LAYER.fmap"],
  ["a name with control characters", () => named("\u001b[2J\n.npy"), "unknown array"],
  ["a name that is there twice", () => named("a.fmap.npy"), "is there twice"],
  ["40,000 members", () => zipFile(many(40_000)), "at most 16384 are read"],
  ["15,000 layers without an emap", () => zipFile(many(15_000)), 'array "0.emap" is missing'],
  ["a zip in the zip", () => named("inner.zip"), "must be an array, a name that ends in .npy"],
];

export const goodArrays: Arrays = good;
export const asZip = (arrays: Arrays): Uint8Array => zipFile(members(arrays));
