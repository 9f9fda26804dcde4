const { tf } = globalThis as { tf?: { findBackendFactory?(name: string): unknown } };
if (!tf?.findBackendFactory?.("wasm"))
  throw new Error(
    "tfjs-wasm-training: script tags of tfjs (or tfjs-core) and tfjs-backend-wasm must stand before this one's",
  );
