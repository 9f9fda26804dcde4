import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, type LayerOperands } from "../operands.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";

const pairsOfLayer = 1500;
const chunkPositions = 128;

/** A chunk of a vector: its bitmap, 32 bits a word, and the indices of its nonzeros in the tensor. */
interface Chunk {
  readonly words: Uint32Array;
  readonly indices: readonly number[];
}

/** Chunks of a gradient's two vectors, gradients drawn at random; a use is a pair. */
export function driveInnerJoin(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: 8 | 16 | 32,
): MeasuredUse {
  const format = formatOfWidth[valueBits];
  const codes = [operands.codesOf("fmap", format), operands.codesOf("emap", format)];
  const chunks = chunkPairs(operands);
  let [pairs, warm] = [0, false];
  reset(sim);
  sim.set("chunk_valid", 1);
  let waiting = chunks.next().value!;
  // the chunks whose pairs are found, and those whose pairs are ranked
  let [found, ranked] = [waiting, waiting];
  show(sim, waiting);
  while (pairs < pairsOfLayer) {
    for (const [side, { indices }] of ranked.entries())
      sim.set(
        "value",
        codes[side][indices[sim.number("rank", 7 * side, 7)]] ?? 0,
        side * valueBits,
        valueBits,
      );
    pairs += sim.number("pair");
    const loads = sim.number("chunk_ready") === 1;
    sim.tick();
    ranked = found;
    if (loads) {
      found = waiting;
      waiting = chunks.next().value!;
      show(sim, waiting);
    }
    if (warm || pairs < 30) continue;
    warm = true;
    pairs = 0;
    sim.take();
  }
  return measuredUse(sim, pairs);
}

function show(sim: GateSimulator, chunks: readonly Chunk[]): void {
  for (const [side, { words }] of chunks.entries())
    for (const [word, bits] of words.entries()) sim.set("chunk", bits, side * chunkPositions + 32 * word, 32);
}

/** Both chunks of a channel, k and tap, position after position; those of which one is empty are passed over. */
function* chunkPairs(operands: LayerOperands): Generator<readonly [Chunk, Chunk]> {
  const { layer, random } = operands;
  const { N, C, H, W, K, P, Q, R, S, stride, padding, dilation, groups } = layer;
  for (;;) {
    const [k, c, r, s] = [K, C / groups, R, S].map((limit) => random.below(limit));
    const channel = Math.floor(k / (K / groups)) * (C / groups) + c;
    const indices = (map: "fmap" | "emap") => (position: number) => {
      const [n, p, q] = [Math.floor(position / (P * Q)), Math.floor(position / Q) % P, position % Q];
      if (map === "emap") return (n * K + k) * P * Q + (position % (P * Q));
      const h = p * stride[0] - padding[0] + r * dilation[0];
      const w = q * stride[1] - padding[1] + s * dilation[1];
      return h < 0 || h >= H || w < 0 || w >= W ? -1 : ((n * C + channel) * H + h) * W + w;
    };
    for (let first = 0; first < N * P * Q; first += chunkPositions) {
      const end = Math.min(N * P * Q, first + chunkPositions);
      const fmap = chunkOf(operands.fmap, indices("fmap"), first, end);
      const emap = chunkOf(operands.emap, indices("emap"), first, end);
      if (fmap.indices.length > 0 && emap.indices.length > 0) yield [fmap, emap];
    }
  }
}

function chunkOf(
  flags: Uint8Array,
  indexAt: (position: number) => number,
  first: number,
  end: number,
): Chunk {
  const words = new Uint32Array(chunkPositions / 32);
  const indices: number[] = [];
  for (let position = first; position < end; position++) {
    const index = indexAt(position);
    if (index < 0 || flags[index] === 0) continue;
    const at = position - first;
    words[at >> 5] |= 1 << (at & 31);
    indices.push(index);
  }
  return { words, indices };
}
