/** A port of a module, as benches see it. */
export interface PortShape {
  readonly name: string;
  readonly direction: "in" | "out";
  readonly width: number;
}

/** Where each port of one direction lies in a frame: the words of all of them, in order, lowest word first. */
export class Frame {
  readonly words: number;
  private readonly places = new Map<string, { readonly word: number; readonly width: number }>();

  constructor(ports: readonly PortShape[], direction: "in" | "out") {
    let word = 0;
    for (const { name, width } of ports.filter((port) => port.direction === direction)) {
      this.places.set(name, { word, width });
      word += Math.ceil(width / 32);
    }
    this.words = word;
  }

  place(name: string): { readonly word: number; readonly width: number } {
    const place = this.places.get(name);
    if (!place) throw new Error(`no port ${name}`);
    return place;
  }

  names(): Iterable<string> {
    return this.places.keys();
  }
}

/** Bits `bit` .. `bit + width - 1` of words become the low bits of `value`. */
export function putBits(words: Uint32Array, bit: number, width: number, value: number): void {
  for (let done = 0; done < width; ) {
    const word = (bit + done) >> 5;
    const at = (bit + done) & 31;
    const count = Math.min(32 - at, width - done);
    const mask = count === 32 ? 0xffffffff : (1 << count) - 1;
    // `value` has at most 53 bits
    const part = Math.floor(value / 2 ** done) >>> 0;
    words[word] = (words[word] & ~(mask << at)) | ((part & mask) << at);
    done += count;
  }
}

/** `width` bits of words, 32 at most. */
export function bitsAt(words: ArrayLike<number>, bit: number, width: number): number {
  const word = bit >> 5;
  const at = bit & 31;
  const low = words[word] >>> at;
  const value = at + width > 32 ? low | (words[word + 1] << (32 - at)) : low;
  return width === 32 ? value >>> 0 : value & ((1 << width) - 1);
}

/** The inputs of a circuit, cycle by cycle: what changes. */
export class Stimulus {
  readonly frame: Frame;
  /** [cycle] word, value, word, value, ... */
  readonly changes: Uint32Array[] = [];
  private readonly now: Uint32Array;
  private readonly before: Uint32Array;
  private readonly pulses: readonly string[];

  /** `pulses`: ports that are 0 in each cycle unless put. */
  constructor(ports: readonly PortShape[], pulses: readonly string[]) {
    this.frame = new Frame(ports, "in");
    this.now = new Uint32Array(this.frame.words);
    this.before = new Uint32Array(this.frame.words);
    this.pulses = pulses;
  }

  /** Sets bits of a port, from `bit` on. */
  put(name: string, value: number | boolean, bit = 0, width = this.frame.place(name).width): void {
    putBits(this.now, this.frame.place(name).word * 32 + bit, width, Number(value));
  }

  /** Sets all bits of a stretch of a port, word by word. */
  putWords(name: string, bit: number, width: number, words: ArrayLike<number>): void {
    const from = this.frame.place(name).word * 32 + bit;
    for (let i = 0; i * 32 < width; i++)
      putBits(this.now, from + i * 32, Math.min(32, width - i * 32), words[i] >>> 0);
  }

  /** Ends the cycle. */
  next(): void {
    const changed: number[] = [];
    for (let i = 0; i < this.now.length; i++)
      if (this.now[i] !== this.before[i]) changed.push(i, this.now[i]);
    this.changes.push(Uint32Array.from(changed));
    this.before.set(this.now);
    for (const name of this.pulses) {
      const { word, width } = this.frame.place(name);
      this.now.fill(0, word, word + Math.ceil(width / 32));
    }
  }
}
