import { openTrace, writeTraceFile } from "../src/trace/file.ts";
import { memoryTrace } from "../src/trace/memory-trace.ts";
import { tinyTrace } from "./run-swg.ts";

/** What `writePartialTrace` leaves out: two operators with weights, one without. */
export const partlyLeftOut = [
  { operator: "MatMul", why: "both factors are computed", names: ["attention"], weights: false },
  { operator: "MyConv", why: "an operator that nobody knows", names: ["up1", "up2"], weights: true },
];

/** A trace of two of the tiny trace's layers, conv2 and fc, whose network has more; by default one step. */
export function writePartialTrace(path: string, steps: readonly number[] = [0]): string {
  const tiny = openTrace(tinyTrace);
  const layers = ["conv2", "fc"].map((name) => tiny.read(name));
  writeTraceFile(
    path,
    steps.map((step) => memoryTrace(path, { ...tiny.labels, step }, layers, partlyLeftOut)),
  );
  return path;
}
