import type { BlockSize, BlockUse } from "./block-use.ts";

/** Outputs that one buffer of a tree drives. */
const fanOut = 4;

/** Buffers of the tree that takes one bit to so many receivers; none where one buffer's worth of gates drives them. */
function buffersOfTree(receivers: number): { buffers: number; levels: number } {
  let [buffers, levels] = [0, 0];
  for (let ends = receivers; ends > fanOut; levels++) {
    ends = Math.ceil(ends / fanOut);
    buffers += ends;
  }
  return { buffers, levels };
}

/** The tree of buffers that broadcasts `bits` to `receivers`, by formula: a buffer is one gate equivalent (D60). */
export function broadcastSize(bits: number, receivers: number): BlockSize {
  const { buffers, levels } = buffersOfTree(receivers);
  return { gateEquivalents: bits * buffers, flipFlops: 0, gates: levels };
}

/** What it switches when so many of its bits change: every buffer behind them. */
export const broadcastUse = (changedBits: number, receivers: number): BlockUse => ({
  logicToggles: changedBits * buffersOfTree(receivers).buffers,
  flipFlopToggles: 0,
  clockedFlipFlops: 0,
});
