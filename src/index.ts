/**
 * All of `swg-sim/browser`, and what needs Node besides: files and training.
 *
 * @module swg-sim
 */

export * from "./browser.ts";
export { type FileSet, reportFiles, writeReport } from "./report/write-report.ts";
export { openTrace, openTraceFile, writeTrace, writeTraceFile } from "./trace/file.ts";
export type { Progress } from "./training/train.ts";
export { type TrainingOptions, type TrainingResult, trainAndCapture } from "./training/train-and-capture.ts";
