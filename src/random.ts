/** A seeded stream of random numbers: the same seed, the same numbers, on every machine. */
export interface Random {
  /** 0 <= x < 2^32, whole. */
  bits(): number;
  /** 0 <= x < 1, in steps of 2^-32. */
  uniform(): number;
  /** from <= x < to. */
  between(from: number, to: number): number;
  /** 0 <= x < limit, whole. */
  below(limit: number): number;
  /** Mean 0, variance 1, within +-6: the sum of twelve uniform numbers. */
  normal(): number;
  /** The items in another order, in place. */
  shuffle<T>(items: T[]): T[];
}

/**
 * Chris Doty-Humphrey's sfc32 (PractRand), seeded with a whole number's two words; the first twelve numbers are
 * thrown away. What is drawn from it is exactly rounded arithmetic: no Math.log or Math.cos, whose last bits differ
 * between engines.
 */
export function seededRandom(seed: number): Random {
  let a = 0;
  let b = seed | 0;
  let c = Math.floor(seed / 2 ** 32) | 0;
  let counter = 1;
  const bits = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) bits();
  const uniform = () => bits() / 2 ** 32;
  const below = (limit: number) => Math.floor(uniform() * limit);
  return {
    bits,
    uniform,
    below,
    between: (from, to) => from + (to - from) * uniform(),
    normal() {
      let sum = -6;
      for (let i = 0; i < 12; i++) sum += uniform();
      return sum;
    },
    shuffle(items) {
      for (let i = items.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [items[i], items[j]] = [items[j], items[i]];
      }
      return items;
    },
  };
}
