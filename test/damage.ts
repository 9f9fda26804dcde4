import fc from "fast-check";
import { expect } from "vitest";
import { InputError } from "../src/input-error.ts";

/** `read` gives an answer or throws an `InputError`, and nothing else. */
export function readsOrRefuses(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
  }
}

/** Reads `good` with one to four of its bytes changed, `runs` times. */
export function readFlipped(good: Uint8Array, runs: number, read: (bytes: Uint8Array) => unknown): void {
  const flip = fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(fc.array(flip, { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = good.slice();
      for (const [at, bits] of changes) bytes[at] ^= bits;
      readsOrRefuses(() => read(bytes));
    }),
    { numRuns: runs },
  );
}

/** Reads both pieces of `good`, cut at every place. */
export function readCut(good: Uint8Array, read: (bytes: Uint8Array) => unknown): void {
  for (let end = 0; end < good.length; end++) {
    readsOrRefuses(() => read(good.slice(0, end)));
    readsOrRefuses(() => read(good.slice(end)));
  }
}
