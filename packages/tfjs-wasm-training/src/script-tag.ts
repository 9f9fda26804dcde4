/** For a page with script tags: a wrong order of them is said in one line. */

const { tf } = globalThis as { tf?: { findBackendFactory?(name: string): unknown } };
if (!tf?.findBackendFactory?.("wasm"))
  throw new Error(
    "tfjs-wasm-training: script tags of tfjs (or tfjs-core) and tfjs-backend-wasm must stand before this one's",
  );

export * from "./index.ts";
