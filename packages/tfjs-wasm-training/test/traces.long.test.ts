import { expect, it } from "vitest";
import { openTrace } from "../../../src/trace/file.ts";
import { sharedTraces } from "../../../test/shared-data.ts";
import { expectCapturedGradient, ungrouped } from "./captured-gradient.ts";
import { wasmEngine } from "./wasm-engine.ts";

it.each(sharedTraces())(
  "gradients of the captured step $name are the reference's to 1e-5",
  async ({ path }) => {
    const engine = await wasmEngine();
    const trace = openTrace(path);
    expect(ungrouped(trace).length).toBeGreaterThan(0);
    for (const name of ungrouped(trace)) expectCapturedGradient(engine, trace.read(name));
  },
);
