// `swg-sim`: the door of the browser, and what needs Node besides: files, training

export * from "./browser.ts";
export { type FileSet, reportFiles, writeReport } from "./report/write-report.ts";
export { openTrace, openTraceFile, writeTrace, writeTraceFile } from "./trace/file.ts";
export { type TrainingOptions, type TrainingResult, trainAndCapture } from "./training/train-and-capture.ts";
