import { balanceBins, balanceBinWidth, idleCauses } from "../events.ts";

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
  /** What is asked of chunks of one shape, of those that end before image `images` and begin before column `columns`. */
  ChunkQuestion: {
    bandRows: "i32",
    bandColumns: "i32",
    images: "i32",
    columns: "i32",
    kernelRows: "i32",
    /** values that an emap buffer holds */
    most: "i32",
    /** what `countWidth` made for chunks of this width */
    width: "address",
  },
  /** [C], [C] and [K] nonzeros of each channel over all images; `reached`: of pixels that some tap reaches. */
  ChannelNonzeros: { fmap: "f64[]", reached: "f64[]", emap: "f64[]" },
  /** [C] the most nonzeros of each fmap channel in a chunk; 65535 at most */
  FullestChunks: { nonzeros: "u16[]" },
  /** `SwgParameters`, as far as they decide what the array does. */
  Machine: {
    columns: "i32",
    rows: "i32",
    clusterSize: "i32",
    skipFmap: "bool",
    skipEmap: "bool",
    gradientSkip: "bool",
    intraColumn: "bool",
    unlimitedPorts: "bool",
    slack: "i32",
    valueBytes: "i32",
    vectorTaps: "i32",
    accumulators: "i32",
    /** bytes of a PE's emap buffer for one round */
    emapRoom: "i32",
    fmapChunkSlots: "i32",
    columnEmapBytes: "i32",
    peFmapBytes: "i32",
    columnDrainSums: "i32",
    globalBufferReadBytes: "i32",
    globalBufferWriteBytes: "i32",
    dramMbps: "i32",
    clockMhz: "i32",
  },
  /** `Mapping` and what of its `LoopNest` the engine needs. */
  Mapping: {
    domains: "i32",
    teamColumns: "i32",
    channelSlices: "i32",
    positionSlices: "i32",
    channelsPerPe: "i32",
    tapRows: "i32",
    roundKs: "i32",
    bandRows: "i32",
    bandColumns: "i32",
    teams: "i32",
    teamsPerDomain: "i32",
    /** position slices over a whole team */
    slices: "i32",
  },
  /** What else is settled before a layer runs. */
  Run: {
    /** that are simulated at most */
    episodes: "i32",
    /** maps that stay in the global buffer, and how the rest of it is divided */
    residentFmap: "bool",
    residentEmap: "bool",
    streamBytes: "i32",
    writeQueueBytes: "i32",
    /** different lists of k's, and of channels, in the residencies */
    ksLists: "i32",
    channelLists: "i32",
    /** whether a list of channels is worked on with more than one list of k's */
    reusesChannels: "bool",
  },
  /** The next residency, when the engine asks for it. Residencies with equal lists have the same list, with the same number. */
  ResidencyTables: {
    /** kernel rows r0 .. r1-1 */
    r0: "i32",
    r1: "i32",
    firstOfKs: "bool",
    firstOfChannels: "bool",
    /** its k's are the last: a team without any has no work any more */
    lastKs: "bool",
    ksList: "i32",
    channelList: "i32",
    teams: "i32",
    slices: "i32",
    /** [team + 1] where a team's k's begin, then the k's of all */
    ks: "i32[]",
    /** [domain x channel slice + 1] where a slice's channels begin, then the channels of all */
    channels: "i32[]",
  },
  /** What came of a run. */
  Results: {
    cycles: "f64",
    /** that were simulated, and [episode] the cycle at which every column was done with it */
    episodes: "i32",
    episodeEnds: "f64[]",
    /** [cause] PE-cycles */
    breakdown: "f64[]",
    macs: "f64",
    fmapReadBytes: "f64",
    emapReadBytes: "f64",
    gradientWriteBytes: "f64",
    dramReadBytes: "f64",
    traceVectors: "f64",
    routedPairs: "f64",
    /** [bin] pairs, as in `RoundBalance` */
    alone: "f64[]",
    asRun: "f64[]",
  },
} as const satisfies Readonly<Record<string, Fields>>;

export type RecordName = keyof typeof records;

/** Causes of PE-cycles, in the order of `Results.breakdown`. */
export const causes = ["busy", ...(Object.keys(idleCauses) as (keyof typeof idleCauses)[])] as const;

/** Numbers that both sides count with. */
export const constants = { balanceBins, binsOfOne: 1 / balanceBinWidth } as const;

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
