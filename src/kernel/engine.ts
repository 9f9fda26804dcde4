import { flattenedLayer, isFlat } from "../hardware/dataflow/flatten.ts";
import type { ChunkShape, Sample } from "../hardware/dataflow/geometry.ts";
import { InputError } from "../input-error.ts";
import type { Occupancy } from "../trace/occupancy.ts";
import type { Layer } from "../workload/layer.ts";
import { engineBytes } from "./engine-bytes.ts";

/** What is used of the WebAssembly that Node and browsers have, and the ES library does not declare. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
};

/** What the compiled engine offers; addresses are places in its memory. See assembly/engine.ts. */
interface EngineExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  alloc(bytes: bigint): number;
  startLayer(shape: number): void;
  packFmap(flags: number, first: number, rows: number): void;
  packEmap(flags: number, first: number, rows: number): void;
  packMask(flags: number, first: number, rows: number): void;
  forget(): void;
  channelNonzeros(): number;
  emapFits(bandRows: number, bandColumns: number, most: number, images: number, columns: number): number;
  startWidth(bandColumns: number, images: number): number;
  mostOfWidth(at: number, images: number, bandRows: number, bandColumns: number, kernelRows: number): number;
  mostOfRuns(bandColumns: number, columns: number): number;
  validPairs(): number;
  simulate(numbers: number, episodes: number): number;
}

/** Bytes of a map that are handed over at a time. */
const stagingBytes = 1 << 20;

/** Memory that the counts for several widths may take, the layer included, before they are made anew. */
const keptBytes = 1 << 26;

/** Lists that several residencies may share: where each begins, then all one after the other. */
export interface NumberedList {
  readonly number: number;
  readonly numbers: readonly number[];
  readonly lists: number;
}

/** Tables of a residency. */
export interface ResidencyTables {
  readonly head: readonly number[];
  /** [team] and [domain x channel slice] */
  readonly ks: NumberedList;
  readonly channels: NumberedList;
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
  /** for messages */
  private layerName = "";
  /** hands out residencies while a layer is simulated */
  private residencies: Iterator<ResidencyTables> | undefined;
  /** is told of the episodes that are simulated, meanwhile */
  private onSimulated: (episodes: number) => void = () => {};
  /** addresses of the lists that were written for it */
  private readonly lists = new Map<NumberedList, number>();

  /** where the counts for chunks of a width lie, and where the last of them ends */
  private readonly widths = new Map<string, number>();
  private widthsEnd = 0;

  constructor() {
    const imports = {
      prefetcher: { nextResidency: () => this.writeResidency() },
      engine: { simulated: (episodes: number) => this.onSimulated(episodes) },
      arena: { outOfMemory: (bytes: number) => this.outOfMemory(bytes) },
    };
    const instance = new WebAssembly.Instance(compiledEngine(), imports);
    this.exports = instance.exports as EngineExports;
  }

  get memoryBytes(): number {
    return this.exports.memory.buffer.byteLength;
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
  load({ layer: original, fmap, emap, mask }: Occupancy): void {
    const { exports } = this;
    this.layerName = original.name;
    const layer = flattenedLayer(original);
    const images = original.N / layer.N;
    exports.startLayer(this.write(shapeOf(layer, mask !== undefined)));
    this.pack(fmap, layer.W, exports.packFmap, images);
    this.pack(emap, layer.Q, exports.packEmap, images);
    if (mask) this.pack(mask, layer.R * layer.S, exports.packMask);
  }

  /** Gives back all memory but the layer's. */
  private forget(): void {
    this.exports.forget();
    this.widths.clear();
    this.widthsEnd = 0;
  }

  /** Hands rows of flags over in pieces; a row has an equal part in each of `images`. */
  private pack(
    flags: Uint8Array,
    width: number,
    take: (flags: number, first: number, rows: number) => void,
    images = 1,
  ): void {
    this.forget();
    const rows = flags.length / width;
    const part = width / images;
    const atOnce = Math.max(1, Math.floor(stagingBytes / width));
    const at = this.alloc(Math.min(rows, atOnce) * width + 8);
    const staging = new Uint8Array(this.exports.memory.buffer);
    for (let first = 0; first < rows; first += atOnce) {
      const count = Math.min(atOnce, rows - first);
      if (images === 1) staging.set(flags.subarray(first * width, (first + count) * width), at);
      else
        for (let n = 0; n < images; n++)
          for (let row = 0; row < count; row++) {
            const from = (n * rows + first + row) * part;
            const to = at + row * width + n * part;
            if (part > 128) staging.set(flags.subarray(from, from + part), to);
            else for (let i = 0; i < part; i++) staging[to + i] = flags[from + i];
          }
      take(at, first, count);
    }
  }

  /** [C] and [K] nonzeros of each channel over all images; `reached`: of pixels that some tap reaches. */
  channelNonzeros({ C, K }: Layer): { fmap: Float64Array; reached: Float64Array; emap: Float64Array } {
    this.forget();
    const at = address(this.exports.channelNonzeros());
    const counts = new Float64Array(this.exports.memory.buffer, at, 2 * C + K).slice();
    return { fmap: counts.subarray(0, C), reached: counts.subarray(C, 2 * C), emap: counts.subarray(2 * C) };
  }

  /** `LayerCounts.emapFits` of the layer. */
  emapFits({ bandRows, bandColumns }: ChunkShape, most: number, { images, columns }: Sample): boolean {
    return this.exports.emapFits(bandRows, bandColumns, most, images, columns) !== 0;
  }

  /**
   * The most nonzeros of each fmap channel of the layer in a chunk of a shape that lies in the sample, as far as
   * `kernelRows` reach; 65535 at most.
   */
  fmapMost(
    layer: Layer,
    { bandRows, bandColumns }: ChunkShape,
    kernelRows: number,
    { images, columns }: Sample,
  ): Uint16Array {
    if (isFlat(layer)) {
      const at = address(this.exports.mostOfRuns(bandColumns, columns));
      return new Uint16Array(this.exports.memory.buffer, at, layer.C);
    }
    if (this.widthsEnd > keptBytes) this.forget();
    const key = `${bandColumns} ${images}`;
    const counted = this.widths.get(key) ?? this.exports.startWidth(bandColumns, images);
    this.widths.set(key, counted);
    this.widthsEnd = this.alloc(0);
    const at = address(this.exports.mostOfWidth(counted, images, bandRows, bandColumns, kernelRows));
    return new Uint16Array(this.exports.memory.buffer, at, layer.C);
  }

  validPairs(): number {
    return this.exports.validPairs();
  }

  /** Simulates `episodes` at most; returns `results` numbers and the ends of the episodes. `onSimulated` is told of some. */
  simulate(
    numbers: readonly number[],
    residencies: Iterator<ResidencyTables>,
    episodes: number,
    results: number,
    onSimulated: (episodes: number) => void,
  ): { results: Float64Array; episodeEnds: Float64Array } {
    this.forget();
    this.residencies = residencies;
    this.onSimulated = onSimulated;
    this.lists.clear();
    const most = Math.min(episodes, 2 ** 31 - 1);
    const at = address(this.exports.simulate(this.write(numbers), most));
    const all = new Float64Array(this.exports.memory.buffer, at, 3 + results).slice();
    const [, done, ends] = all;
    const episodeEnds = new Float64Array(this.exports.memory.buffer, ends, done).slice();
    return { results: all, episodeEnds };
  }

  private alloc(bytes: number): number {
    return address(this.exports.alloc(BigInt(bytes)));
  }

  private writeResidency(): number {
    const next = this.residencies!.next();
    if (next.done) return 0;
    const { head, ks, channels } = next.value;
    const lists = [
      ks.number,
      channels.number,
      this.listAt(ks),
      this.listAt(channels),
      ks.lists,
      channels.lists,
    ];
    return this.write([...head, ...lists]);
  }

  private listAt(list: NumberedList): number {
    const at = this.lists.get(list) ?? this.write(list.numbers);
    this.lists.set(list, at);
    return at;
  }

  private write(numbers: readonly number[]): number {
    const at = this.alloc(4 * numbers.length);
    new Int32Array(this.exports.memory.buffer, at, numbers.length).set(numbers);
    return at;
  }
}

/** An address as it comes from WebAssembly, whose numbers have a sign. */
const address = (at: number): number => at >>> 0;

const mib = (bytes: number): string => Math.ceil(bytes / 2 ** 20).toLocaleString("en-US");

/** In the order of assembly/layer.ts. */
function shapeOf(layer: Layer, masked: boolean): number[] {
  const { N, C, H, W, K, P, Q, R, S, stride, padding, dilation, groups } = layer;
  const [top, left] = padding;
  const sizes = [N, C, H, W, K, P, Q, R, S, ...stride, top, left, ...dilation, groups];
  return [...sizes, Number(masked), Number(isFlat(layer))];
}
