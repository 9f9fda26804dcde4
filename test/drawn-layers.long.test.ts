// Suites of the quick run that draw layers and machines for the reference, on five times as many.
process.env.SWG_CASES = "5";
await import("../src/hardware/array/array-events.test.ts");
await import("../src/hardware/array/controller.test.ts");
await import("../src/hardware/functional-check/machine-gradient.test.ts");
await import("../src/hardware/timeline/timeline.test.ts");
