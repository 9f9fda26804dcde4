import type { GateSimulator } from "../gate-simulator.ts";
import type { LayerOperands } from "../operands.ts";
import { formatOfWidth } from "../operands.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";

const cycles = 1500;
const macs = 16;

/** A word of a bitmap: where its first bit lies, and the index of each of its nonzeros in the tensor. */
export interface BitmapWord {
  readonly word: number;
  readonly row: number;
  readonly column: number;
  readonly indices: readonly number[];
}

/** Words of the planes of a map, planes in random order; words without a nonzero are left out. */
export function* bitmapWords(operands: LayerOperands, map: "fmap" | "emap"): Generator<BitmapWord> {
  const { channels, rows } = operands.planeOf(map);
  for (;;) {
    const n = operands.random.below(operands.layer.N);
    const channel = operands.random.below(channels);
    for (let row = 0; row < rows; row++) {
      const words = new Map<number, { word: number; indices: number[] }>();
      for (const { column, index } of operands.nonzeros(map, n, channel, row, row + 1)) {
        const at = column >> 5;
        const word = words.get(at) ?? { word: 0, indices: [] };
        words.set(at, { word: (word.word | (1 << (column & 31))) >>> 0, indices: [...word.indices, index] });
      }
      for (const [at, { word, indices }] of words) yield { word, row, column: at * 32, indices };
    }
  }
}

/**
 * A line that skips the zeros of the sparser map: each nonzero meets all channels of the other map, 16 products a cycle, at
 * the taps of the kernel in turn.
 */
export function driveLnpuLine(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: 8 | 16 | 32,
): MeasuredUse {
  const { layer } = operands;
  const map = operands.sparser();
  const codes = operands.codesOf(map, formatOfWidth[valueBits]);
  const other = operands.planeOf(map === "fmap" ? "emap" : "fmap");
  const steps = Math.max(1, Math.ceil((other.channels * layer.R * layer.S) / layer.groups / macs));
  const planeSize = other.rows * other.columns;
  setTaps(sim, layer.R, layer.S, other.columns);
  sim.set("rows", other.rows);
  sim.set("columns", other.columns);
  reset(sim);

  const words = bitmapWords(operands, map);
  let loading = words.next().value!;
  let searched: readonly number[] = [];
  let place = 0;
  let step = 0;
  for (let cycle = -100; cycle < cycles; cycle++) {
    if (cycle === 0) sim.take();
    sim.set("word_valid", 1);
    sim.set("word", loading.word);
    sim.set("word_row", loading.row);
    sim.set("word_column", loading.column);
    sim.set("word_address", loading.row * other.columns + loading.column);
    sim.set("word_place", place);
    sim.set("step", 1);
    sim.set("plane", step * planeSize);
    sim.set("next", step === steps - 1 ? 1 : 0);
    const at = sim.number("value_place");
    sim.set("value", codes[searched[(at - place + searched.length + 1024) % 1024] ?? 0]);
    const loads = sim.number("word_ready") === 1;
    sim.tick();
    step = (step + 1) % steps;
    if (!loads) continue;
    searched = loading.indices;
    place = (place + searched.length) % 1024;
    loading = words.next().value!;
  }
  return measuredUse(sim, cycles);
}

function setTaps(sim: GateSimulator, R: number, S: number, pitch: number): void {
  const tapBits = sim.width("tap_row") / macs;
  const addressBits = sim.width("tap_address") / macs;
  for (let mac = 0; mac < macs; mac++) {
    const [row, column] = [Math.floor(mac / S) % R, mac % S];
    sim.set("tap_row", row, mac * tapBits, tapBits);
    sim.set("tap_column", column, mac * tapBits, tapBits);
    sim.set("tap_address", row * pitch + column, mac * addressBits, addressBits);
  }
}
