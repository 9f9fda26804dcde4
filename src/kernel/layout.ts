import { idleCauses } from "../events.ts";
import { roomCycles } from "../hardware/buffer/room.ts";
import { fmapLatency } from "../hardware/column/column.ts";
import { askAgainCycles, maskCycles, masksAhead, restCycles } from "../hardware/drain/drain-lane.ts";
import { doneCycles } from "../hardware/drain/gradient-drain.ts";
import { helpLead, lanes, mostColumns, readCycles, wordBytes } from "../hardware/parameters.ts";

/**
 * All that lies in memory for host and engine both, declared once. The host writes and reads it by these names
 * (`engine-memory.ts`); what the engine needs of it, `assembly/layout.ts`, is written from here when the engine is compiled.
 */

/** Bytes of a field that is a number, and of an element of a list. An address is a place in the engine's memory. */
export const widths = { bool: 1, u8: 1, u16: 2, i32: 4, address: 4, f64: 8 } as const;

export type Width = keyof typeof widths;
/** A list is the address of its elements, which lie one after the other. */
export type Field = Width | `${Width}[]`;
export type Fields = Readonly<Record<string, Field>>;

/** Each record has one place in the engine's memory. */
export const records = {
  /** The layer, flat where it is pointwise. */
  Layer: {
    N: "i32",
    C: "i32",
    H: "i32",
    W: "i32",
    K: "i32",
    P: "i32",
    Q: "i32",
    R: "i32",
    S: "i32",
    strideY: "i32",
    strideX: "i32",
    padTop: "i32",
    padLeft: "i32",
    dilationY: "i32",
    dilationX: "i32",
    /** of a convolution group */
    groupChannels: "i32",
    /** whether there is a mask */
    masked: "bool",
    /** one long row: each position needs one pixel, that of the same number */
    flat: "bool",
  },
  /** Rows of a map or of the mask, one flag after the other; the first is number `first` of all. */
  FlagRows: { flags: "u8[]", first: "i32", rows: "i32" },
  /** [C] and [K] nonzeros of each channel over all images. */
  ChannelNonzeros: { fmap: "f64[]", emap: "f64[]" },
  /** [C] pairs that each fmap channel would make if every gradient were wanted. */
  ChannelLoads: { loads: "f64[]" },
  /** How positions are cut into chunks: groups of one, and what of its `RowLayout` the engine needs. */
  ChunkShape: {
    groups: "i32",
    channelLanes: "i32",
    laneChannels: "i32",
    pitch: "i32",
    outputs: "i32",
    step: "i32",
    rowStep: "i32",
  },
  /** [chunk][pass][C] the values that `count` chunks store of each channel; `chunks`: their numbers. */
  ChunkValues: { passRows: "i32", passColumns: "i32", chunks: "i32[]", count: "i32", values: "u16[]" },
  /** `SwgParameters`, as far as they decide what the array does. */
  Machine: {
    columns: "i32",
    rows: "i32",
    macs: "i32",
    traces: "i32",
    skipFmap: "bool",
    skipEmap: "bool",
    gradientSkip: "bool",
    /** whether MACs serve the PEs beside theirs */
    help: "bool",
    unlimitedPorts: "bool",
    valueBytes: "i32",
    chunks: "i32",
    listAhead: "i32",
    /** values in a word of a list: nonzeros of a tile */
    tileValues: "i32",
    /** cycles that a tile takes at least */
    tileLooks: "i32",
    /** words of a header */
    headerWords: "i32",
    /** list ports of a column, and row words in a word of fmap memory */
    listPorts: "i32",
    packedRowWords: "i32",
    globalBufferReadBytes: "i32",
    globalBufferWriteBytes: "i32",
    /** bits of a window's lane, and ways out of a column */
    laneBits: "i32",
    drainLanes: "i32",
    dramMbps: "i32",
    clockMhz: "i32",
  },
  /** `Mapping`, and what of its `LoopNest` the engine needs. */
  Mapping: {
    domains: "i32",
    teamColumns: "i32",
    channelSlices: "i32",
    positionSlices: "i32",
    turn: "i32",
    teams: "i32",
    teamsPerDomain: "i32",
    /** episodes of a residency */
    episodes: "i32",
    /** slots of a trace, and sets of sums that it holds */
    slots: "i32",
    held: "i32",
    /** words of list memory that a column's lists have */
    listRoom: "i32",
  },
  /** What else is settled before a layer runs. */
  Run: {
    /** episodes of a residency that are simulated, spread evenly over all that it has; of all residencies, and at most */
    rounds: "i32",
    total: "i32",
    most: "i32",
    /** whether only cycles, ends of episodes and pairs are asked for: visits and causes are left out of what is counted */
    trial: "bool",
    /** maps that stay in the global buffer, and how the rest of it is divided */
    residentFmap: "bool",
    residentEmap: "bool",
    streamBytes: "i32",
    writeQueueBytes: "i32",
    /** cycles from a sum's turn to be sent to when it is in the write queue */
    drainLatency: "i32",
    /** [episode] the last cycle in which its end is of use, of as many as are told */
    ends: "i32",
    latestEnds: "f64[]",
  },
  /** The next residency, when the engine asks for it. */
  ResidencyTables: {
    /** kernel rows r0 .. r1-1 and columns s0 .. s1-1 */
    r0: "i32",
    r1: "i32",
    s0: "i32",
    s1: "i32",
    firstOfKs: "bool",
    firstOfChannels: "bool",
    lastKs: "bool",
    teams: "i32",
    slices: "i32",
    /** of its channels, as they come from DRAM */
    fmapBytes: "f64",
    /** [team + 1] where a team's k's begin, then the k's of all */
    ks: "i32[]",
    /** [domain x channel slice + 1] where a slice's channels begin, then the channels of all */
    channels: "i32[]",
  },
  /** What came of a run. */
  Results: {
    cycles: "f64",
    /** episodes that came to their end, and [episode] the cycle at which every column was done with it */
    episodes: "i32",
    episodeEnds: "f64[]",
    /** [cause] MAC-cycles */
    breakdown: "f64[]",
    macs: "f64",
    looks: "f64",
    jobs: "f64",
    jobCycles: "f64",
    sumVisits: "f64",
    routedPairs: "f64",
    routedVisits: "f64",
    rowWords: "f64",
    fmapReadBytes: "f64",
    emapReadBytes: "f64",
    maskReadBytes: "f64",
    listWords: "f64",
    listWordWrites: "f64",
    listWordReads: "f64",
    dramReadBytes: "f64",
    gradientWriteBytes: "f64",
    drainedCouples: "f64",
  },
} as const satisfies Readonly<Record<string, Fields>>;

export type RecordName = keyof typeof records;

/** Causes of MAC-cycles, in the order of `Results.breakdown`. */
export const causes = ["busy", ...(Object.keys(idleCauses) as (keyof typeof idleCauses)[])] as const;

/**
 * Numbers that both sides count with.
 * @public scripts/assembly-layout.mjs reads them, for the engine
 */
export const constants = {
  lanes,
  mostColumns,
  wordBytes,
  fmapLatency,
  doneCycles,
  roomCycles,
  askAgainCycles,
  masksAhead,
  maskCycles,
  restCycles,
  readCycles,
  helpLead,
} as const;

/** Where each field of a record begins, at a multiple of its width, as in a class of the engine; and where the record ends. */
export function placesOf(fields: Fields): { offsets: Readonly<Record<string, number>>; bytes: number } {
  let end = 0;
  const offsets = Object.entries(fields).map(([name, field]): [string, number] => {
    const bytes = widths[isList(field) ? "address" : (field as Width)];
    const at = Math.ceil(end / bytes) * bytes;
    end = at + bytes;
    return [name, at];
  });
  return { offsets: Object.fromEntries(offsets), bytes: end };
}

export const isList = (field: Field): boolean => field.endsWith("[]");

/** What an element of a list is. */
export const elementOf = (field: Field): Width => field.replace("[]", "") as Width;

/** Another number where anything of the above is different: an engine that was compiled for another layout is noticed. */
export const layoutNumber = checksum(JSON.stringify([records, causes, constants]));

/** FNV-1a, as an integer of 32 bits with a sign. */
function checksum(text: string): number {
  let sum = 0x811c9dc5 | 0;
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return sum;
}
