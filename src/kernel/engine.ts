import { type CycleBreakdown, emptyBreakdown } from "../events.ts";
import { flattenedLayer, isFlat } from "../hardware/dataflow/flatten.ts";
import type { Pass } from "../hardware/dataflow/mapping.ts";
import { InputError } from "../input-error.ts";
import { type Occupancy, withoutFullMask } from "../trace/occupancy.ts";
import type { Layer } from "../workload/layer.ts";
import { engineBytes } from "./engine-bytes.ts";
import { EngineMemory, type MemoryExports, type RecordValues } from "./engine-memory.ts";
import { causes, layoutNumber } from "./layout.ts";

/** What is used of the WebAssembly that Node and browsers have, and the ES library does not declare. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** What the compiled engine offers; what its functions work on and find out stands in the records of layout.ts. */
interface EngineExports extends MemoryExports {
  readonly layoutNumber: { readonly value: number };
  startLayer(): void;
  packFmap(): void;
  packEmap(): void;
  packMask(): void;
  forget(): void;
  countChannels(): void;
  countChannelLoads(): void;
  countChunkValues(): void;
  validPairs(): number;
  startSimulation(): void;
  simulate(most: number): number;
  tooLate(): number;
}

/** Bytes of a map that are handed over at a time. */
const stagingBytes = 1 << 20;

/** Steps of a simulation that are made in one call. */
const stepsAtOnce = 256;

/** Lists that several residencies may share: where each begins, then all one after the other. */
export interface SharedLists {
  readonly numbers: readonly number[];
  readonly lists: number;
}

/** A residency: its record, but for what follows from the lists of each team's k's and each channel slice's channels. */
export interface EngineResidency
  extends Omit<RecordValues<"ResidencyTables">, "teams" | "slices" | "ks" | "channels"> {
  readonly ks: SharedLists;
  readonly channels: SharedLists;
}

/** What the engine is told of a run. */
export interface EngineRun {
  readonly machine: RecordValues<"Machine">;
  readonly shape: RecordValues<"ChunkShape">;
  readonly mapping: RecordValues<"Mapping">;
  readonly run: Omit<RecordValues<"Run">, "ends" | "latestEnds">;
  /** [episode] the last cycle in which its end is of use, of all or of none */
  readonly latestEnds: ArrayLike<number>;
  readonly residencies: Iterator<EngineResidency>;
}

/** `Results`, with its lists. */
export interface EngineResults extends Omit<RecordValues<"Results">, "episodeEnds" | "breakdown"> {
  readonly episodeEnds: Float64Array;
  readonly breakdown: CycleBreakdown;
}

/** The most memory that WebAssembly can address. */
const addressableBytes = 2 ** 32;

/** Compiled at first use. */
let compiled: object | undefined;

function compiledEngine(): object {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(engineBytes), (letter) => letter.charCodeAt(0)));
  return compiled;
}

/** The compiled engine with one layer in its memory. What fails in it leaves it in no state to be used again. */
export class Engine {
  private readonly exports: EngineExports;
  private readonly memory: EngineMemory;
  /** for messages */
  private layerName = "";
  /** hands out residencies while a layer is simulated */
  private residencies: Iterator<EngineResidency> | undefined;
  /** is told of the episodes that are simulated, meanwhile */
  private onSimulated: (episodes: number) => void = () => {};
  /** addresses of the lists that were written for it */
  private readonly lists = new Map<SharedLists, number>();

  constructor() {
    const imports = {
      residency: { nextResidency: () => Number(this.writeResidency()) },
      engine: { simulated: (episodes: number) => this.onSimulated(episodes) },
      arena: { outOfMemory: (bytes: number) => this.outOfMemory(bytes) },
    };
    const instance = new WebAssembly.Instance(compiledEngine(), imports);
    this.exports = instance.exports as EngineExports;
    if (this.exports.layoutNumber.value !== layoutNumber)
      throw new Error("the engine was compiled for another layout of its memory; run `npm run build`");
    this.memory = new EngineMemory(this.exports);
  }

  get memoryBytes(): number {
    return this.memory.bytes;
  }

  private outOfMemory(bytes: number): never {
    const needed = `layer ${JSON.stringify(this.layerName)} needs ${mib(bytes)} MiB or more in the fast engine`;
    if (bytes > addressableBytes)
      throw new InputError(`${needed}, which has ${mib(addressableBytes)} MiB at most; use the reference`);
    throw new InputError(`${needed}, more than this machine gives it`);
  }

  /**
   * Takes a layer's maps and mask, flat where it is pointwise; forgets the layer before. Throws `InputError` for a layer
   * that needs more memory than there is.
   */
  load(occupied: Occupancy): void {
    const { layer: original, fmap, emap, mask } = withoutFullMask(occupied);
    const { exports } = this;
    this.layerName = original.name;
    const layer = flattenedLayer(original);
    const images = original.N / layer.N;
    this.memory.write("Layer", layerRecord(layer, mask !== undefined));
    exports.startLayer();
    this.pack(fmap, layer.W, exports.packFmap, images);
    this.pack(emap, layer.Q, exports.packEmap, images);
    if (mask) this.pack(mask, mask.length / layer.K, exports.packMask);
  }

  /** Gives back all memory but the layer's. */
  private forget(): void {
    this.exports.forget();
  }

  /** Hands rows of flags over in pieces; a row has an equal part in each of `images`. */
  private pack(flags: Uint8Array, width: number, take: () => void, images = 1): void {
    this.forget();
    const rows = flags.length / width;
    const atOnce = Math.max(1, Math.floor(stagingBytes / width));
    // packing may read a few flags more than there are
    const at = this.memory.alloc(Math.min(rows, atOnce) * width + 8);
    for (let first = 0; first < rows; first += atOnce) {
      const count = Math.min(atOnce, rows - first);
      this.memory.write("FlagRows", { flags: at, first, rows: count });
      const staging = this.memory.list("FlagRows", "flags", count * width);
      gatherRows(staging, flags, { first, count, width, images });
      take();
    }
  }

  /** [C] and [K] nonzeros of each channel over all images. */
  channelNonzeros({ C, K }: Layer): { fmap: Float64Array; emap: Float64Array } {
    this.forget();
    this.exports.countChannels();
    return {
      fmap: this.memory.list("ChannelNonzeros", "fmap", C).slice(),
      emap: this.memory.list("ChannelNonzeros", "emap", K).slice(),
    };
  }

  /** [C] pairs that each fmap channel would make if every gradient were wanted. */
  channelLoads({ C }: Layer): Float64Array {
    this.forget();
    this.exports.countChannelLoads();
    return this.memory.list("ChannelLoads", "loads", C).slice();
  }

  /** [chunk][pass][C] the values that chunks of a shape, whose numbers are given, store of each channel. */
  chunkValues(
    { C }: Layer,
    shape: RecordValues<"ChunkShape">,
    passes: readonly Pass[],
    chunks: readonly number[],
  ): Uint16Array {
    const [{ r0, r1, s0, s1 }] = passes;
    this.forget();
    this.memory.write("ChunkShape", shape);
    this.memory.write("ChunkValues", {
      passRows: r1 - r0,
      passColumns: s1 - s0,
      chunks: this.memory.newList("ChunkValues", "chunks", chunks),
      count: chunks.length,
      values: 0,
    });
    this.exports.countChunkValues();
    return this.memory.list("ChunkValues", "values", chunks.length * passes.length * C).slice();
  }

  validPairs(): number {
    return this.exports.validPairs();
  }

  /**
   * Simulates the layer as far as `run` says. `onSimulated` is told of some episodes. Nothing where one ends later than in the
   * cycle that `latestEnds` has for it.
   */
  simulate(
    { machine, shape, mapping, run, latestEnds, residencies }: EngineRun,
    onSimulated: (episodes: number) => void,
  ): EngineResults | undefined {
    this.forget();
    this.residencies = residencies;
    this.onSimulated = onSimulated;
    this.lists.clear();
    this.memory.write("Machine", machine);
    this.memory.write("ChunkShape", shape);
    this.memory.write("Mapping", mapping);
    this.memory.write("Run", {
      ...run,
      ends: latestEnds.length,
      latestEnds: this.memory.newList("Run", "latestEnds", latestEnds),
    });
    this.exports.startSimulation();
    // in pieces: the compiled code is exchanged for a faster one between calls, and a trial may be given up
    for (let more = true; more; ) {
      more = this.exports.simulate(stepsAtOnce) !== 0;
      if (this.exports.tooLate() !== 0) return undefined;
    }
    const results = this.memory.read("Results");
    const breakdown = emptyBreakdown();
    const macCycles = this.memory.list("Results", "breakdown", causes.length);
    for (const [i, cause] of causes.entries()) breakdown[cause] = macCycles[i];
    return {
      ...results,
      episodeEnds: this.memory.list("Results", "episodeEnds", results.episodes).slice(),
      breakdown,
    };
  }

  /** Writes the next residency; false when there is none. */
  private writeResidency(): boolean {
    const next = this.residencies!.next();
    if (next.done) return false;
    const { ks, channels, ...own } = next.value;
    this.memory.write("ResidencyTables", {
      ...own,
      teams: ks.lists,
      slices: channels.lists,
      ks: this.listAt("ks", ks),
      channels: this.listAt("channels", channels),
    });
    return true;
  }

  private listAt(field: "ks" | "channels", list: SharedLists): number {
    const at = this.lists.get(list) ?? this.memory.newList("ResidencyTables", field, list.numbers);
    this.lists.set(list, at);
    return at;
  }
}

/** Some rows of flags: how many, from which on, how long, and in how many images a row has an equal part. */
interface Rows {
  readonly first: number;
  readonly count: number;
  readonly width: number;
  readonly images: number;
}

/** Up to so many flags are sooner copied one by one than as an array. */
const fewFlags = 128;

/** Puts rows of flags that are spread over images one after the other. */
function gatherRows(to: Uint8Array, flags: Uint8Array, { first, count, width, images }: Rows): void {
  if (images === 1) {
    to.set(flags.subarray(first * width, (first + count) * width));
    return;
  }
  const rows = flags.length / width;
  const part = width / images;
  for (let n = 0; n < images; n++)
    for (let row = 0; row < count; row++)
      copyFlags(to, row * width + n * part, flags, (n * rows + first + row) * part, part);
}

function copyFlags(to: Uint8Array, at: number, flags: Uint8Array, from: number, count: number): void {
  if (count > fewFlags) to.set(flags.subarray(from, from + count), at);
  else for (let i = 0; i < count; i++) to[at + i] = flags[from + i];
}

const mib = (bytes: number): string => Math.ceil(bytes / 2 ** 20).toLocaleString("en-US");

function layerRecord(layer: Layer, masked: boolean): RecordValues<"Layer"> {
  const { N, C, H, W, K, P, Q, R, S, groups } = layer;
  const [strideY, strideX] = layer.stride;
  const [padTop, padLeft] = layer.padding;
  const [dilationY, dilationX] = layer.dilation;
  return {
    N,
    C,
    H,
    W,
    K,
    P,
    Q,
    R,
    S,
    strideY,
    strideX,
    padTop,
    padLeft,
    dilationY,
    dilationX,
    groupChannels: C / groups,
    masked,
    flat: isFlat(layer),
  };
}
