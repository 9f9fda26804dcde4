// The conformance suite of the quick run, on ten times as many layers and machines.
process.env.SWG_CASES = "10";
await import("./conformance.test.ts");
