import { unknownName } from "../input-error.ts";
import { batchWords } from "./circuit-main.ts";
import { type CircuitSource, type CompiledCircuit, compileCircuit } from "./compile-circuit.ts";
import type { Signal } from "./cxxrtl-signals.ts";
import { type CircuitExports, instantiate } from "./instance.ts";

/** A port of the top module, and its bits in the circuit's memory, which stay there as long as the circuit. */
export interface Port {
  readonly name: string;
  readonly direction: "in" | "out";
  readonly width: number;
  /** the value, lowest word first; bits above `width` must stay 0 */
  readonly words: Uint32Array;
}

/** What `save` gives and `restore` takes. */
export interface CircuitState {
  readonly cycle: number;
  readonly bytes: Uint8Array;
}

/**
 * A compiled circuit at work, in two-valued logic (D50).
 *
 * A cycle is: `set` the inputs, `settle`, `get` the outputs, `tick`. `tick` is the rising edge of the clock; outputs that
 * depend on registers have their new value after the next `settle`. Who writes into `words` settles before the edge.
 */
export class Circuit {
  /** every port but the clock, in the order of the names */
  readonly ports: readonly Port[];
  readonly signals: readonly Signal[];
  /** rising edges so far */
  cycle = 0;
  private readonly exports: CircuitExports;
  private settled = false;
  private readonly portsByName: ReadonlyMap<string, Port>;
  private readonly words: ReadonlyMap<string, { readonly signal: Signal; readonly words: Uint32Array }>;
  private fresh: CircuitState;
  private readonly inputWords: number;
  private readonly outputWords: number;

  constructor({ wasm, signals, clock }: CompiledCircuit) {
    this.exports = instantiate(wasm);
    const { buffer } = this.exports.memory;
    const addresses = new Uint32Array(buffer, this.exports.addresses(), signals.length);
    this.signals = signals;
    this.words = new Map(
      signals.map((signal, i) => {
        const { width, depth } = signal;
        const start = depth === undefined ? addresses[i] : new Uint32Array(buffer, addresses[i], 1)[0];
        const length = wordsOf(width) * (depth ?? 1);
        return [signal.name, { signal, words: new Uint32Array(buffer, start, length) }];
      }),
    );
    this.ports = signals
      .filter(({ name, direction }) => direction && name !== clock)
      .map(({ name, direction, width }) => ({
        name,
        direction: direction!,
        width,
        words: this.words.get(name)!.words,
      }));
    this.portsByName = new Map(this.ports.map((port) => [port.name, port]));
    const total = (direction: "in" | "out") =>
      this.ports.reduce((sum, port) => sum + (port.direction === direction ? port.words.length : 0), 0);
    this.inputWords = total("in");
    this.outputWords = total("out");
    this.fresh = this.save();
  }

  /** Compiles, or takes what was compiled before. */
  static async compile(source: CircuitSource, onStep?: (what: string) => void): Promise<Circuit> {
    return new Circuit(await compileCircuit(source, onStep));
  }

  /** A port by its name. Throws `InputError` where there is none of that name. */
  port(name: string): Port {
    const port = this.portsByName.get(name);
    if (!port) throw unknownName("port", name, this.portsByName.keys());
    return port;
  }

  /** Sets an input; bits above its width are dropped, negative numbers are two's complement. */
  set(name: string, value: number | bigint | boolean): void {
    const { words, width } = this.port(name);
    this.settled = false;
    if (width <= 32) words[0] = Number(BigInt.asUintN(width, BigInt(value)));
    else writeWords(words, BigInt.asUintN(width, BigInt(value)));
  }

  /** A port's value, unsigned. */
  get(name: string): bigint {
    return readWords(this.port(name).words);
  }

  /** The value of a port of at most 32 bits, unsigned. */
  number(name: string): number {
    return this.port(name).words[0];
  }

  /** Lets everything that depends on the inputs take its value. */
  settle(): void {
    this.exports.settle();
    this.settled = true;
  }

  /** The rising edge of the clock. */
  tick(): void {
    if (!this.settled) this.exports.settle();
    this.exports.tick();
    this.settled = false;
    this.cycle++;
  }

  /** So many cycles with the inputs as they are. */
  step(cycles: number): void {
    this.exports.settle();
    this.exports.step(cycles);
    this.settled = false;
    this.cycle += cycles;
  }

  /**
   * Many cycles in few calls. `stimulus` has the words of every input for each cycle, inputs in the order of `ports`; what
   * comes back has the words of every output for each cycle, as they were before its rising edge.
   */
  run(cycles: number, stimulus: Uint32Array): Uint32Array {
    const { inputWords, outputWords } = this;
    const record = new Uint32Array(cycles * outputWords);
    const from = new Uint32Array(this.exports.memory.buffer, this.exports.stimulus(), batchWords);
    const to = new Uint32Array(this.exports.memory.buffer, this.exports.record(), batchWords);
    const most = Math.floor(batchWords / Math.max(1, inputWords, outputWords));
    for (let done = 0; done < cycles; done += most) {
      const batch = Math.min(most, cycles - done);
      from.set(stimulus.subarray(done * inputWords, (done + batch) * inputWords));
      this.exports.run(batch);
      record.set(to.subarray(0, batch * outputWords), done * outputWords);
      this.cycle += batch;
    }
    return record;
  }

  /** Back to the state in which it was made: registers and memories at their initial values. */
  powerOn(): void {
    this.restore(this.fresh);
  }

  /** From now on `powerOn` goes back to the state as it is, with what was loaded into its memories. */
  setPowerOn(): void {
    this.fresh = { ...this.save(), cycle: 0 };
  }

  /** All of its state: registers, memories, inputs. */
  save(): CircuitState {
    const { memory, stateEnd } = this.exports;
    return { cycle: this.cycle, bytes: new Uint8Array(memory.buffer).slice(0, stateEnd()) };
  }

  /** Back to a state of this circuit, or of another one that was compiled from the same source. */
  restore({ cycle, bytes }: CircuitState): void {
    new Uint8Array(this.exports.memory.buffer).set(bytes);
    this.settled = false;
    this.cycle = cycle;
  }

  /** A signal's value, by its hierarchical name `column.pe[3].pairs`, as of the last `settle`. */
  peek(name: string): bigint {
    const found = this.words.get(name);
    if (!found) throw unknownName("signal", name, this.words.keys());
    this.exports.inner();
    return readWords(found.words);
  }

  /** The words of all registers whose names match, as of the last edge of the clock: to look at often. */
  registers(name: RegExp): Uint32Array[] {
    const found = this.signals.filter((signal) => signal.register && name.test(signal.name));
    return found.map((signal) => this.words.get(signal.name)!.words);
  }

  /** The values of all signals but memories, in the order of `signals`, as of the last `settle`. */
  peekAll(): bigint[] {
    this.exports.inner();
    return this.signals.flatMap(({ name, depth }) =>
      depth === undefined ? [readWords(this.words.get(name)!.words)] : [],
    );
  }

  /**
   * A memory's words in the circuit itself, each of ceil(width / 32) words of 32 bits: to look at, and to load before the
   * circuit settles the next time. Who loads it again later asks for it again.
   */
  memory(name: string): Uint32Array {
    const found = this.words.get(name);
    const memories = this.signals.filter(({ depth }) => depth !== undefined).map(({ name }) => name);
    if (found?.signal.depth === undefined) throw unknownName("memory", name, memories);
    this.exports.wake();
    this.settled = false;
    return found.words;
  }
}

const wordsOf = (width: number): number => Math.ceil(width / 32);

function readWords(words: Uint32Array): bigint {
  let value = 0n;
  for (let i = words.length - 1; i >= 0; i--) value = (value << 32n) | BigInt(words[i]);
  return value;
}

function writeWords(words: Uint32Array, value: bigint): void {
  for (let i = 0; i < words.length; i++, value >>= 32n) words[i] = Number(value & 0xffffffffn);
}
