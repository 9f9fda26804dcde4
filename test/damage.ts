import fc from "fast-check";
import { expect } from "vitest";
import { InputError } from "../src/input-error.ts";

/** What reads all of a file; it may throw an `InputError` and nothing else. */
type Read = (bytes: Uint8Array) => void;

function readsOrRefuses(read: Read, bytes: Uint8Array): void {
  try {
    read(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
  }
}

/** Flips bits in up to four bytes of `good`, `runs` times, and reads that. */
export function flipBytes(good: Uint8Array, read: Read, runs = 3000): void {
  const flip = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }));
  const flips = fc.array(flip, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(flips, (changes) => {
      const bytes = good.slice();
      for (const [at, bits] of changes) bytes[at] ^= bits;
      readsOrRefuses(read, bytes);
    }),
    { numRuns: runs },
  );
}

/** Cuts `good` at every place, and reads both pieces. */
export function cutAnywhere(good: Uint8Array, read: Read): void {
  for (let end = 0; end < good.length; end++) {
    readsOrRefuses(read, good.slice(0, end));
    readsOrRefuses(read, good.slice(end));
  }
}
