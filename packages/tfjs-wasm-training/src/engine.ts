import { type Backend, memoryOf } from "./backend.ts";
import { kernelsBytes } from "./kernels-bytes.ts";
import { Scratch } from "./scratch.ts";
import { oneThread, startThreads, type Threads } from "./threads.ts";

type Kernel<Count extends number> = (...given: Tuple<Count>) => void;
type Tuple<Count extends number, T extends number[] = []> = T["length"] extends Count
  ? T
  : Tuple<Count, [...T, number]>;

/** The functions of assembly/, with how many numbers each is given. */
export interface Kernels {
  readonly density: (at: number, count: number, stride: number) => number;
  readonly hasNonFinite: (at: number, count: number) => number;
  readonly frameFours: Kernel<10>;
  readonly frameRows: Kernel<9>;
  readonly offsets: Kernel<7>;
  readonly packColumns: Kernel<8>;
  readonly convolveDense: Kernel<10>;
  readonly listRows: Kernel<7>;
  readonly convolveListed: Kernel<16>;
  readonly convolveWanted: Kernel<12>;
  readonly addWanted: Kernel<6>;
  readonly clearListed: Kernel<3>;
  readonly packRows: Kernel<4>;
  readonly addOuterProducts: Kernel<11>;
  readonly listChannels: Kernel<5>;
  readonly addLists: Kernel<9>;
  readonly depthwiseGather: Kernel<9>;
  readonly depthwiseFilter: Kernel<8>;
  readonly sumRows: Kernel<5>;
  readonly scaleColumns: Kernel<5>;
  readonly batchNormSums: Kernel<7>;
  readonly addToColumns: Kernel<4>;
  readonly normalizeColumns: Kernel<7>;
  readonly normalizingFactors: Kernel<5>;
  readonly fill: Kernel<3>;
  readonly clippedGradient: Kernel<5>;
  readonly spread: Kernel<6>;
  readonly maxPoolGradient: Kernel<15>;
  readonly zero: Kernel<2>;
  readonly copyBlocks: Kernel<9>;
  readonly repeatBlocks: Kernel<5>;
  readonly repeatElements: Kernel<4>;
  readonly foldGroups: Kernel<4>;
  readonly transpose: Kernel<6>;
  readonly segmentSum: Kernel<6>;
}

/** The kernels on one backend's memory, and their scratch. */
export interface Engine {
  readonly backend: Backend;
  readonly kernels: Kernels;
  readonly scratch: Scratch;
  readonly threads: Threads;
  /** Puts whole numbers into memory. */
  write(at: number, values: ArrayLike<number>): void;
}

const engines = new WeakMap<Backend, Engine>();

/** The engine of a backend, made when it is first asked for. */
export function engineOf(backend: Backend): Engine {
  const known = engines.get(backend);
  if (known) return known;
  const memory = memoryOf(backend);
  const shared = isShared(memory);
  const module = new WebAssembly.Module(shared ? moduleBytes() : plain(moduleBytes()));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const engine: Engine = {
    backend,
    kernels: exports as unknown as Kernels,
    scratch: new Scratch(backend),
    threads: shared ? startThreads(module, memory, exports) : oneThread(exports),
    // the buffer changes when the memory grows
    write: (at, values) => new Int32Array(memory.buffer, at, values.length).set(values),
  };
  engines.set(backend, engine);
  return engine;
}

/** Ends the threads of a backend that is given up. */
export function stopEngine(backend: Backend): void {
  engines.get(backend)?.threads.stop();
  engines.delete(backend);
}

let bytes: Uint8Array<ArrayBuffer> | undefined;

/** The bytes of the module, whose memory is a shared one. */
function moduleBytes(): Uint8Array<ArrayBuffer> {
  bytes ??= Uint8Array.from(kernelsBytes.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return bytes;
}

/** Whether SIMD is there, without which none of the kernels runs. */
export const canRun = (): boolean => WebAssembly.validate(plain(moduleBytes()));

const isShared = ({ buffer }: WebAssembly.Memory): boolean =>
  typeof SharedArrayBuffer !== "undefined" && buffer instanceof SharedArrayBuffer;

/** `env.memory` as an import, up to the byte that says what kind of memory it is. */
const memoryImport = [3, ...new TextEncoder().encode("env"), 6, ...new TextEncoder().encode("memory"), 2];
const sharedWithMaximum = 3;
const maximumOnly = 1;

/** The same module for a memory that is not shared: it differs in one byte, since nothing in it is atomic. */
function plain(shared: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const start = shared.findIndex((_, i) => memoryImport.every((byte, j) => shared[i + j] === byte));
  const kind = start + memoryImport.length;
  if (start < 0 || shared[kind] !== sharedWithMaximum) throw new Error("the module imports no shared memory");
  const copy = shared.slice();
  copy[kind] = maximumOnly;
  return copy;
}
