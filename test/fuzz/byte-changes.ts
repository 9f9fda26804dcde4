import type { Random } from "../../src/random.ts";
import { pick } from "./fuzzed-reader.ts";

type Change = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Sizes at which something overflows, as little-endian words of 1, 2, 4 and 8 bytes have them. */
const extremes = [0n, 1n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0xffffn, 0x7fffffffn, 0xffffffffn, 1n << 53n, -1n];

const joined = (...pieces: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces));

function placed(bytes: Uint8Array, random: Random): { start: number; end: number } {
  const start = random.below(bytes.length + 1);
  return { start, end: Math.min(bytes.length, start + 1 + random.below(64)) };
}

const changes: readonly Change[] = [
  function flipBits(bytes, random) {
    const result = bytes.slice();
    if (result.length > 0) result[random.below(result.length)] ^= 1 << random.below(8);
    return result;
  },
  function replaceByte(bytes, random) {
    const result = bytes.slice();
    if (result.length > 0) result[random.below(result.length)] = random.below(256);
    return result;
  },
  function setWord(bytes, random) {
    const width = pick(random, [1, 2, 4, 8]);
    if (bytes.length < width) return bytes;
    const result = Buffer.from(bytes);
    const value = BigInt.asUintN(8 * width, pick(random, extremes) + BigInt(random.below(3) - 1));
    const at = random.below(bytes.length - width + 1);
    for (let i = 0; i < width; i++) result[at + i] = Number((value >> BigInt(8 * i)) & 255n);
    return new Uint8Array(result);
  },
  (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.slice(random.below(bytes.length + 1)),
  function removePiece(bytes, random) {
    const { start, end } = placed(bytes, random);
    return joined(bytes.slice(0, start), bytes.slice(end));
  },
  function repeatPiece(bytes, random) {
    const { start, end } = placed(bytes, random);
    return joined(bytes.slice(0, end), bytes.slice(start));
  },
  function insertNoise(bytes, random) {
    const { start } = placed(bytes, random);
    const noise = Uint8Array.from({ length: 1 + random.below(16) }, () => random.below(256));
    return joined(bytes.slice(0, start), noise, bytes.slice(start));
  },
  function splice(bytes, random) {
    const [from, to] = [random.below(bytes.length + 1), random.below(bytes.length + 1)];
    return joined(bytes.slice(0, from), bytes.slice(to));
  },
  (bytes) => joined(bytes, bytes),
];

/** Bytes with one thing changed that knows nothing of what they mean. */
export const changeBytes: Change = (bytes, random) => pick(random, changes)(bytes, random);
