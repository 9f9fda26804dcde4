import type { TensorInfo } from "@tensorflow/tfjs-core";

/** What this package uses of the wasm backend of TensorFlow.js 4.22; part of it is private there. */
export interface Backend {
  readonly wasm: {
    /** the module's memory, where it has no threads */
    readonly asm?: { readonly memory?: WebAssembly.Memory };
    /** the module's memory, where it has threads */
    readonly wasmMemory?: WebAssembly.Memory;
    _malloc(bytes: number): number;
    _free(at: number): void;
  };
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } };
  makeOutput(shape: readonly number[], dtype: "float32" | "int32"): TensorInfo;
  disposeData(dataId: object): boolean;
  incRef(dataId: object): void;
}

/** Where a tensor's values lie. */
export const placeOf = (backend: Backend, { dataId }: Pick<TensorInfo, "dataId">): number =>
  backend.dataIdMap.get(dataId).memoryOffset;

export function memoryOf({ wasm }: Backend): WebAssembly.Memory {
  const memory = wasm.wasmMemory ?? wasm.asm?.memory;
  if (memory) return memory;
  throw new Error(
    "tfjs-wasm-training: the wasm backend shows no memory; @tensorflow/tfjs-backend-wasm must be 4.22",
  );
}
