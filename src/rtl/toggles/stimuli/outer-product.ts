import type { GateSimulator } from "../gate-simulator.ts";
import type { LayerOperands, Nonzero } from "../operands.ts";
import { productBits } from "./arithmetic.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";

/** A vector of fmap nonzeros meets one of emap nonzeros; both are of one image, of channel c and of k. */
interface VectorPair {
  readonly fmap: readonly Nonzero[];
  readonly emap: readonly Nonzero[];
  readonly k: number;
  readonly c: number;
}

const vector = 4;

/** Vectors of one plane of the fmap with those of one plane of the emap, each with every one. */
function* vectorPairs(operands: LayerOperands): Generator<VectorPair> {
  const { N, C, K } = operands.layer;
  for (;;) {
    const [n, c, k] = [N, C, K].map((limit) => operands.random.below(limit));
    const fmaps = vectorsOf(operands.nonzeros("fmap", n, c));
    for (const emap of vectorsOf(operands.nonzeros("emap", n, k)))
      for (const fmap of fmaps) yield { fmap, emap, k, c };
  }
}

const vectorsOf = (nonzeros: readonly Nonzero[]): Nonzero[][] =>
  Array.from({ length: Math.ceil(nonzeros.length / vector) }, (_, i) =>
    nonzeros.slice(i * vector, (i + 1) * vector),
  );

/** A product of use, and the sum that it belongs to, counted over taps of (k, c). */
interface UsefulProduct {
  readonly bits: number;
  readonly sum: number;
}

function usefulProducts(operands: LayerOperands, pair: VectorPair): UsefulProduct[] {
  const { R, S, padding, stride } = operands.layer;
  const fmap = operands.codesOf("fmap", "bf16");
  const emap = operands.codesOf("emap", "bf16");
  return pair.fmap.flatMap((f) =>
    pair.emap.flatMap((e) => {
      const r = f.row + padding[0] - e.row * stride[0];
      const s = f.column + padding[1] - e.column * stride[1];
      if (r < 0 || r >= R || s < 0 || s >= S) return [];
      const sum = (pair.k * operands.layer.C + pair.c) * R * S + r * S + s;
      return [{ bits: productBits(fmap[f.index], emap[e.index], "bf16"), sum }];
    }),
  );
}

const scatterUses = 1500;
const products = 16;
const banks = 32;

/** Products of use on their way to the banks; cycles whose vectors make none are left out, no bank's port is taken. */
export function driveScatter(sim: GateSimulator, operands: LayerOperands): MeasuredUse {
  reset(sim);
  for (let b = 0; b < banks; b++) sim.set("take", 1, b, 1);
  let accepted = 0;
  const pairs = vectorPairs(operands);
  for (let warm = true; accepted < scatterUses; ) {
    let waiting = usefulProducts(operands, pairs.next().value!);
    while (waiting.length > 0) {
      offer(sim, waiting);
      const left = waiting.filter((_, i) => sim.number("accepted", i, 1) === 0);
      accepted += waiting.length - left.length;
      waiting = left;
      sim.tick();
    }
    if (warm && accepted > 100) {
      warm = false;
      accepted = 0;
      sim.take();
    }
  }
  return measuredUse(sim, accepted);
}

function offer(sim: GateSimulator, waiting: readonly UsefulProduct[]): void {
  const bankBits = sim.width("bank") / products;
  const placeBits = sim.width("place") / products;
  for (let i = 0; i < products; i++) sim.set("valid", i < waiting.length ? 1 : 0, i, 1);
  for (const [i, { bits, sum }] of waiting.entries()) {
    sim.set("bank", sum % banks, i * bankBits, bankBits);
    sim.set("place", Math.floor(sum / banks) % 2 ** placeBits, i * placeBits, placeBits);
    sim.set("product", bits, i * 32, 32);
  }
}

const cycles = 1500;

/** Coordinates of one pair of vectors a cycle. */
export function driveCoordinates(sim: GateSimulator, operands: LayerOperands): MeasuredUse {
  const { R, S, padding } = operands.layer;
  sim.set("padding_row", padding[0]);
  sim.set("padding_column", padding[1]);
  sim.set("kernel_rows", R);
  sim.set("kernel_columns", S);
  const pairs = vectorPairs(operands);
  for (let cycle = -20; cycle < cycles; cycle++) {
    if (cycle === 0) sim.take();
    const pair = pairs.next().value!;
    setCoordinates(sim, "fmap", pair.fmap);
    setCoordinates(sim, "emap", pair.emap);
    sim.tick();
  }
  return measuredUse(sim, cycles);
}

function setCoordinates(sim: GateSimulator, map: "fmap" | "emap", nonzeros: readonly Nonzero[]): void {
  const bits = sim.width(`${map}_row`) / vector;
  for (let i = 0; i < vector; i++) sim.set(`${map}_valid`, i < nonzeros.length ? 1 : 0, i, 1);
  for (const [i, { row, column }] of nonzeros.entries()) {
    sim.set(`${map}_row`, row, i * bits, bits);
    sim.set(`${map}_column`, column, i * bits, bits);
  }
}

const candidates = 16;

/** The emap's nonzeros in the rows that a vector of the fmap reaches, held against its columns. */
export function driveAntCandidates(sim: GateSimulator, operands: LayerOperands): MeasuredUse {
  const { N, C, K } = operands.layer;
  const { random } = operands;
  reset(sim);
  let groups = 0;
  while (groups < cycles) {
    const [n, c, k] = [N, C, K].map((limit) => random.below(limit));
    for (const fmap of vectorsOf(operands.nonzeros("fmap", n, c))) {
      const reached = reachOf(fmap, operands.layer);
      const found = operands.nonzeros("emap", n, k, reached.firstRow, reached.endRow);
      sim.set("first", reached.firstColumn);
      sim.set("last", reached.lastColumn);
      for (let from = 0; from < found.length; from += candidates) {
        setCandidates(sim, found.slice(from, from + candidates));
        untilReady(sim);
        if (++groups === 50) sim.take();
      }
    }
  }
  return measuredUse(sim, groups - 50);
}

/** Rows and columns of the emap that a vector of the fmap meets under the kernel. */
function reachOf(fmap: readonly Nonzero[], { R, S, P, Q, padding }: LayerOperands["layer"]) {
  const rows = fmap.map(({ row }) => row + padding[0]);
  const columns = fmap.map(({ column }) => column + padding[1]);
  return {
    firstRow: Math.max(0, rows[0] - R + 1),
    endRow: Math.min(P, rows.at(-1)! + 1),
    firstColumn: Math.max(0, Math.min(...columns) - S + 1),
    lastColumn: Math.min(Q - 1, Math.max(...columns)),
  };
}

function setCandidates(sim: GateSimulator, group: readonly Nonzero[]): void {
  const bits = sim.width("column") / candidates;
  sim.set("candidate", 2 ** group.length - 1);
  for (const [i, { column }] of group.entries()) sim.set("column", column, i * bits, bits);
}

function untilReady(sim: GateSimulator): void {
  for (;;) {
    const ready = sim.number("ready") === 1;
    sim.tick();
    if (ready) return;
  }
}
