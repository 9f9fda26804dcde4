import { InputError } from "../../input-error.ts";
import type { Expected, Subject } from "../benches/subject.ts";
import type { DeclaredPort } from "./module-header.ts";

/** A file of them is read by a simulator, line by line, and may be sent to somebody. */
const mostBytes = 2 ** 26;

/** Ports side by side in one vector of words of 32 bits, each from a word's first bit on. */
export class PortFrame {
  readonly ports: readonly (DeclaredPort & { readonly word: number })[];
  readonly words: number;

  constructor(ports: readonly DeclaredPort[]) {
    let words = 0;
    this.ports = ports.map((port) => {
      const word = words;
      words += Math.ceil(port.width / 32);
      return { ...port, word };
    });
    this.words = words;
  }

  /** Writes a port's value into words. */
  put(words: Uint32Array, port: string, value: bigint): void {
    const found = this.ports.find(({ name }) => name === port);
    if (!found) throw new Error(`the module has no such port: ${port}`);
    let rest = BigInt.asUintN(found.width, value);
    for (let i = 0; i < Math.ceil(found.width / 32); i++, rest >>= 32n)
      words[found.word + i] = Number(rest & 0xffffffffn);
  }
}

/**
 * What a bench gives to a module and expects of it, as text: of each cycle a line with the number of input words that change,
 * place and value of each, then the number of words of what is expected that change, place, mask and value of each. All
 * in hexadecimal.
 */
export class VectorRecord implements Subject {
  readonly inputs: PortFrame;
  readonly outputs: PortFrame;
  cycles = 0;
  /** cycles in which something is expected */
  checked = 0;
  private readonly lines: string[] = [];
  private bytes = 0;
  private readonly now: Uint32Array;
  private readonly before: Uint32Array;
  private mask: Uint32Array;
  private value: Uint32Array;

  constructor(ports: readonly DeclaredPort[]) {
    const without = ports.filter(({ name }) => name !== "clock");
    this.inputs = new PortFrame(without.filter(({ direction }) => direction === "in"));
    this.outputs = new PortFrame(without.filter(({ direction }) => direction === "out"));
    this.now = new Uint32Array(this.inputs.words);
    this.before = new Uint32Array(this.inputs.words);
    this.mask = new Uint32Array(this.outputs.words);
    this.value = new Uint32Array(this.outputs.words);
  }

  set(port: string, value: number | bigint | boolean): void {
    this.inputs.put(this.now, port, BigInt(value));
  }

  /** Throws an `InputError` where the record becomes larger than it may. */
  cycle(expected: readonly Expected[]): void {
    const mask = new Uint32Array(this.outputs.words);
    const value = new Uint32Array(this.outputs.words);
    for (const one of expected) {
      const bits = one.mask ?? -1n;
      this.outputs.put(mask, one.port, bits);
      this.outputs.put(value, one.port, one.value & bits);
    }
    const inputs = changes(this.now, (i) => this.now[i] !== this.before[i]).map((i) => [i, this.now[i]]);
    const outputs = changes(mask, (i) => mask[i] !== this.mask[i] || value[i] !== this.value[i]).map((i) => [
      i,
      mask[i],
      value[i],
    ]);
    const numbers = [inputs.length, ...inputs.flat(), outputs.length, ...outputs.flat()];
    const line = `${numbers.map((number) => number.toString(16)).join(" ")}\n`;
    this.bytes += line.length;
    if (this.bytes > mostBytes)
      throw new InputError(`vectors must have ${mostBytes} bytes at most, have more: choose fewer layers`);
    this.lines.push(line);
    this.before.set(this.now);
    [this.mask, this.value] = [mask, value];
    this.cycles++;
    if (expected.length > 0) this.checked++;
  }

  text(): string {
    return this.lines.join("");
  }
}

const changes = (words: Uint32Array, changed: (i: number) => boolean): number[] =>
  [...words.keys()].filter(changed);
