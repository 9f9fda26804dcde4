import { expect, it } from "vitest";
import { openTrace } from "../../../src/trace/file.ts";
import { oraclePath } from "../../../test/shared-data.ts";
import { expectCapturedGradient, ungrouped } from "./captured-gradient.ts";
import { wasmEngine } from "./wasm-engine.ts";

const path = oraclePath();

it.skipIf(!path)("gradients of the oracle's cases are the reference's to 1e-5", async () => {
  const engine = await wasmEngine();
  const trace = openTrace(path!);
  const names = ungrouped(trace);
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) expectCapturedGradient(engine, trace.read(name));
});
