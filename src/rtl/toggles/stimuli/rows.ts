import type { GateSimulator } from "../gate-simulator.ts";
import { floatBits, floatFormats, floatOf } from "../number-codes.ts";
import { formatOfWidth, type LayerOperands, type Nonzero } from "../operands.ts";
import { bitmapWords } from "./lnpu.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";

const pairsOfLayer = 1500;
const row32 = 32;

/**
 * Rows of the fmap wait, rows of the emap stream by; both of one image, at each kernel row that joins them. The sums are
 * drained whenever the gradient's row changes.
 */
export function driveSparseTrainPe(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: 8 | 16 | 32,
): MeasuredUse {
  const { C, K, R } = operands.layer;
  const pe = new SparseTrainPe(sim, operands, valueBits);
  while (pe.pairs < pairsOfLayer) {
    const [c, k, r] = [C, K, R].map((limit) => operands.random.below(limit));
    sim.set("clear", 1);
    sim.tick();
    sim.set("clear", 0);
    for (const { waiting, streamed } of rowPairs(operands, c, k, r)) pe.convolve(waiting, streamed);
  }
  return measuredUse(sim, pe.pairs);
}

interface RowPair {
  readonly waiting: readonly Nonzero[];
  readonly streamed: readonly Nonzero[];
}

/** Rows of channel c of the fmap and of k of the emap that kernel row r joins, image by image; both have nonzeros. */
function* rowPairs(operands: LayerOperands, c: number, k: number, r: number): Generator<RowPair> {
  const { N, P, H, padding } = operands.layer;
  for (let n = 0; n < N; n++)
    for (let p = 0; p < P; p++) {
      const h = p + r - padding[0];
      if (h < 0 || h >= H) continue;
      const waiting = operands.nonzeros("fmap", n, c, h, h + 1).filter(({ column }) => column < row32);
      const streamed = operands.nonzeros("emap", n, k, p, p + 1).filter(({ column }) => column < row32);
      if (waiting.length > 0 && streamed.length > 0) yield { waiting, streamed };
    }
}

/** The PE with what stands around it: the buffer of the waiting row's values, multiplier and adder. */
class SparseTrainPe {
  pairs = 0;
  private warm = false;
  private readonly sim: GateSimulator;
  private readonly operands: LayerOperands;
  private readonly format: "fp8" | "bf16" | "fp32";

  constructor(sim: GateSimulator, operands: LayerOperands, valueBits: 8 | 16 | 32) {
    this.sim = sim;
    this.operands = operands;
    this.format = formatOfWidth[valueBits];
    reset(sim);
  }

  /** All pairs of two rows. */
  convolve(waiting: readonly Nonzero[], streamed: readonly Nonzero[]): void {
    const { sim, operands, format } = this;
    const fmap = operands.codesOf("fmap", format);
    const emap = operands.codesOf("emap", format);
    sim.set("load", 1);
    sim.set(
      "load_row",
      waiting.reduce((word, { column }) => word + 2 ** column, 0),
    );
    sim.set("load_padding", operands.layer.padding[1]);
    this.cycle(waiting, fmap);
    sim.set("load", 0);
    for (const { column, index } of streamed) {
      sim.set("stream_valid", 1);
      sim.set("stream_position", column);
      sim.set("stream_value", emap[index]);
      while (!this.cycle(waiting, fmap));
    }
    // what is under way ends
    sim.set("stream_valid", 0);
    while (!this.cycle(waiting, fmap));
    this.cycle(waiting, fmap);
  }

  /** A cycle; whether the stream moved on. */
  private cycle(waiting: readonly Nonzero[], fmap: Uint32Array): boolean {
    const { sim, format } = this;
    sim.set("value", fmap[waiting[sim.number("value_place")]?.index ?? 0]);
    if (sim.number("pair") === 1) {
      this.pairs++;
      const size = floatFormats[format];
      const product = floatOf(sim.number("streamed"), size) * floatOf(sim.number("waiting"), size);
      const held = floatOf(sim.number("held"), floatFormats.fp32);
      sim.set("total", floatBits(held + Math.fround(product), floatFormats.fp32));
    }
    const ready = sim.number("stream_ready") === 1;
    sim.tick();
    if (!this.warm && this.pairs > 30) {
      this.warm = true;
      this.pairs = 0;
      sim.take();
    }
    return ready;
  }
}

const readerCycles = 1500;

/** Nonzeros of the sparser map, taken in every cycle; a use is a nonzero. */
export function driveNonzeroReader(sim: GateSimulator, operands: LayerOperands): MeasuredUse {
  const words = bitmapWords(operands, operands.sparser());
  const columns = operands.planeOf(operands.sparser()).columns;
  reset(sim);
  sim.set("next", 1);
  sim.set("word_valid", 1);
  let loading = words.next().value!;
  let nonzeros = 0;
  for (let cycle = -30; cycle < readerCycles; cycle++) {
    if (cycle === 0) {
      sim.take();
      nonzeros = 0;
    }
    sim.set("word", loading.word);
    sim.set("word_position", loading.row * columns + loading.column);
    nonzeros += sim.number("count");
    const loads = sim.number("word_ready") === 1;
    sim.tick();
    if (loads) loading = words.next().value!;
  }
  return measuredUse(sim, nonzeros);
}

const words = 1500;

/** Rows of the sparser map spread over vectors of 192 bits with the halo that the kernel needs; a use is a word. */
export function driveSpreadWord(sim: GateSimulator, operands: LayerOperands): MeasuredUse {
  const map = operands.sparser();
  const { channels, rows, columns } = operands.planeOf(map);
  const { random } = operands;
  const { N, S } = operands.layer;
  const width = Math.min(columns, 33 - S);
  const perVector = Math.max(1, Math.floor(192 / (width + S - 1)));
  let [made, counted] = [0, false];
  while (made < words) {
    const [n, channel] = [random.below(N), random.below(channels)];
    for (let row = 0; row < rows; row++) {
      const bits = operands.nonzeros(map, n, channel, row, row + 1).filter(({ column }) => column < width);
      sim.set("valid", 1);
      sim.set("first", row % perVector === 0 ? 1 : 0);
      sim.set("last", (row + 1) % perVector === 0 || row + 1 === rows ? 1 : 0);
      sim.set(
        "row",
        bits.reduce((word, { column }) => word + 2 ** column, 0),
      );
      sim.set("pitch", width + S - 1);
      sim.tick();
      made += sim.number("word_valid");
      if (counted || made < 30) continue;
      counted = true;
      made = 0;
      sim.take();
    }
  }
  return measuredUse(sim, made);
}
