import { readFileSync } from "node:fs";
import { strFromU8, unzipSync } from "fflate";
import type { Random } from "../../src/random.ts";
import { arraySource } from "../../src/trace/byte-source.ts";
import { readNpz } from "../../src/trace/numpy/npz.ts";
import { readNumpyTrace } from "../../src/trace/numpy/numpy-trace.ts";
import { type Arrays, goodArrays } from "../hostile-arrays.ts";
import { type ZipMember, zipFile } from "../npz-file.ts";
import { changeBytes } from "./byte-changes.ts";
import { changed, type FuzzedReader, pick } from "./fuzzed-reader.ts";
import { changeText } from "./text-changes.ts";
import { useCaptured } from "./use-trace.ts";

/** The arrays of a .npz, by their names without `.npy`. */
const arraysOf = (npz: Uint8Array): Arrays =>
  Object.fromEntries(
    Object.entries(unzipSync(npz)).map(([name, bytes]) => [name.replace(/\.npy$/, ""), bytes]),
  );

const recorded = (name: string) => arraysOf(new Uint8Array(readFileSync(`test/data/numpy/${name}`)));
let found: readonly Arrays[] | undefined;
const seeds = (): readonly Arrays[] => {
  found ??= [goodArrays, recorded("step.npz"), recorded("mixed.npz")];
  return found;
};

const dtypes = ["<f2", "<f4", "<f8", ">f4", "<i4", "|u1", "|b1", "<i8", "<U3", "|V2", "|O", "<c8"];

/** The dictionary of a .npy header with its dtype, its order of axes, or a size changed. */
function changeDictionary(text: string, random: Random): string {
  const kind = random.below(4);
  if (kind === 0) return text.replace(/'[<>|=]\w+'/, `'${pick(random, dtypes)}'`);
  if (kind === 1) return text.replace(/True|False/, (word) => (word === "True" ? "False" : "True"));
  const sizes = [...text.matchAll(/\d+(?=[,)]| )/g)];
  if (sizes.length === 0) return changeText(text, random);
  const { 0: size, index } = pick(random, sizes);
  const other = pick(random, [Number(size) + 1, Number(size) - 1, 1, 2 * Number(size), `1, ${size}`]);
  return `${text.slice(0, index)}${other}${text.slice(index + size.length)}`;
}

/** A .npy file with its header's text changed, its length told right or wrong, or its data changed. */
function changeArray(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length < 10) return changeBytes(bytes, random);
  const end = 10 + new DataView(bytes.buffer, bytes.byteOffset).getUint16(8, true);
  if (bytes[6] !== 1 || end > bytes.length || random.below(12) === 0) return changeBytes(bytes, random);
  const data = bytes.slice(end);
  const kind = random.below(8);
  if (kind < 4 && data.length > 0)
    return new Uint8Array(Buffer.concat([bytes.slice(0, end), sameLength(data, changeBytes(data, random))]));
  const change = kind < 7 ? changeDictionary : changeText;
  const text = Buffer.from(change(strFromU8(bytes.slice(10, end)), random));
  const start = Buffer.from(bytes.slice(0, 10));
  start.writeUInt16LE(random.below(8) === 0 ? random.below(65536) : Math.min(65535, text.length), 8);
  return new Uint8Array(Buffer.concat([start, text, data]));
}

/** `changed`, cut or filled with zeros. */
function sameLength(bytes: Uint8Array, changed: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length);
  result.set(changed.subarray(0, bytes.length));
  return result;
}

function changeArrays(arrays: Arrays, random: Random): Arrays {
  const entries = Object.entries(arrays);
  if (entries.length === 0) return arrays;
  const at = random.below(entries.length);
  const [name, bytes] = entries[at];
  const kind = random.below(12);
  if (kind === 0) return Object.fromEntries(entries.filter((_, i) => i !== at));
  if (kind === 1) return Object.fromEntries([...entries, [changeText(name, random), bytes]]);
  if (kind === 2) return { ...arrays, [name]: pick(random, entries)[1] };
  if (kind === 3) entries[at] = [changeText(name, random), bytes];
  else entries[at] = [name, changeArray(bytes, random)];
  return Object.fromEntries(entries);
}

const extremes = [0, 1, 0xff, 0xffff, 0x7fffffff, 0xffffffff];

function changeMember(member: ZipMember, random: Random): ZipMember {
  const field = pick(random, ["method", "flags", "crc", "compressed", "size", "offset"] as const);
  const most = field === "method" || field === "flags" ? 0xffff : 0xffffffff;
  const value = random.below(2) === 0 ? pick(random, extremes) : random.below(300);
  const extra = Uint8Array.from({ length: random.below(32) }, () => random.below(256));
  if (random.below(4) === 0) return { ...member, extra };
  if (random.below(4) === 0) return { ...member, localName: changeText(member.name, random) };
  return { ...member, says: { ...member.says, [field]: Math.min(most, value) } };
}

const membersOf = (arrays: Arrays, random: Random): ZipMember[] =>
  Object.entries(arrays).map(([name, bytes]) => ({
    name: `${name}.npy`,
    bytes,
    deflate: random.below(3) === 0,
  }));

const makeArrays = (random: Random): Arrays =>
  changed(random, pick(random, seeds()), 4, (arrays) => changeArrays(arrays, random));

export const npz: FuzzedReader = {
  about: "NumPy arrays in a .npz",
  make(random) {
    const kind = random.below(8);
    const arrays = kind < 6 ? makeArrays(random) : pick(random, seeds());
    const members = membersOf(arrays, random);
    if (kind === 6 && members.length > 0) {
      const at = random.below(members.length);
      members[at] = changeMember(members[at], random);
    }
    const end = random.below(40) === 0 ? { count: random.below(65536), at: random.below(2 ** 16) } : {};
    const bytes = zipFile(members, end);
    return kind === 7 ? changed(random, bytes, 8, (before) => changeBytes(before, random)) : bytes;
  },
  read(bytes) {
    for (const step of readNpz(arraySource("fuzzed.npz", bytes)).steps) useCaptured(step);
  },
};

/** A zip file's names have up to 65,535 bytes, which is more than any file's. */
const longestName = 2 ** 13;

/** The same arrays as the files of a folder; an input is a zip file of them, which is sound. */
export const npy: FuzzedReader = {
  about: "NumPy arrays in a folder of .npy",
  make: (random) =>
    zipFile(
      Object.entries(makeArrays(random)).map(([name, bytes]) => ({
        name: `${name.slice(0, longestName)}.npy`,
        bytes,
      })),
    ),
  read(bytes) {
    const members = Object.entries(arraysOf(bytes)).map(
      ([name, file]) => [name, arraySource(name, file)] as const,
    );
    for (const step of readNumpyTrace("fuzzed", new Map(members)).steps) useCaptured(step);
  },
};
