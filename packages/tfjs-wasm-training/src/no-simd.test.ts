import "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it, vi } from "vitest";

it("without SIMD nothing is registered, which is said", async () => {
  const said = vi.spyOn(console, "info").mockImplementation(() => {});
  const validate = vi.spyOn(WebAssembly, "validate").mockReturnValue(false);
  const [own, count] = [tf.getKernel("Conv2D", "wasm"), tf.getKernelsForBackend("wasm").length];
  await import("./index.ts");
  expect(tf.getKernel("Conv2D", "wasm")).toBe(own);
  expect(tf.getKernelsForBackend("wasm")).toHaveLength(count);
  expect(said).toHaveBeenCalledExactlyOnceWith(
    "tfjs-wasm-training: there is no SIMD here; the wasm backend's own kernels run, and convolutions cannot be trained",
  );
  validate.mockRestore();
  said.mockRestore();
});
