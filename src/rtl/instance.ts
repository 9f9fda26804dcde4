/** What a circuit's WebAssembly exports; see `circuit-main.ts`. Addresses are bytes in `memory`. */
export interface CircuitExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  _initialize(): void;
  /** of a table: where each signal lies; of a memory, where its address lies */
  addresses(): number;
  stimulus(): number;
  record(): number;
  stateEnd(): number;
  settle(): void;
  tick(): void;
  wake(): void;
  inner(): void;
  step(cycles: number): void;
  run(cycles: number): void;
}

interface Import {
  readonly module: string;
  readonly name: string;
}

/** What is used of the WebAssembly that Node has, and the ES library does not declare. */
declare const WebAssembly: {
  Module: { new (bytes: Uint8Array): object; imports(module: object): Import[] };
  Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

/** A new instance. A circuit has no reason to call the system; the C++ library could, to say why it gives up. */
export function instantiate(wasm: Uint8Array): CircuitExports {
  const module = new WebAssembly.Module(wasm);
  const imports: Record<string, Record<string, () => never>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = () => {
      throw new Error(`a circuit called the system: ${name}`);
    };
  }
  const exports = new WebAssembly.Instance(module, imports).exports as CircuitExports;
  exports._initialize();
  return exports;
}
