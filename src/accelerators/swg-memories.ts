import {
  lanes,
  listWordBits,
  type SwgParameters,
  traceDrainSums,
  tracesOf,
  valueBytes,
} from "../hardware/parameters.ts";
import type { MemoryComponent } from "./components.ts";

/**
 * The memories of the array: macros of one read and one write port. Bits of the active chunk lie in flip-flops, which are
 * logic of the traces.
 */
export function swgMemories(p: SwgParameters) {
  const traces = p.columns * tracesOf(p);
  const macro = (count: number, words: number, wordBits: number): MemoryComponent => ({
    count,
    words,
    wordBits,
    ports: "readAndWrite",
  });
  return {
    /** chunks of the fmap: row words and values */
    fmapBuffers: macro(traces, p.chunks * p.chunkWords, 64),
    /** lists of emap nonzeros */
    emapBuffers: macro(p.columns * p.rows, p.listWords, listWordBits(valueBytes(p))),
    /** two sums a word */
    accumulators: macro(traces, Math.ceil(p.sums / 2), 64),
    /** the sums of a k in a trace, at the end of each way out: in a word two of them, which are wanted, and whether it is the last */
    drainBuffers: macro(p.columns * p.drainLanes, Math.ceil((lanes * p.laneBits) / traceDrainSums), 67),
  };
}
