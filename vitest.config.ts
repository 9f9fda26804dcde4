import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import SlowFirst from "./test/slow-first.ts";

/** `vitest run`: everything quick. `vitest run --mode long`: the slow suites, files named *.long.test.ts. */
export default defineConfig(({ mode }) => {
  const long = mode === "long";
  return {
    // examples import the package by its name, as its users do
    resolve: { alias: { "swg-sim": fileURLToPath(new URL("src/index.ts", import.meta.url)) } },
    test: {
      include: long ? ["{src,test,bench}/**/*.long.test.ts"] : ["{src,test,bench}/**/*.test.ts"],
      exclude: long ? [] : ["**/*.long.test.ts"],
      // limits are for what hangs; a busy machine does not hit them
      testTimeout: 600_000,
      hookTimeout: 600_000,
      passWithNoTests: long,
      // quick ones share a process, whose modules and machine code the next file finds there: two thirds of the time
      isolate: long,
      setupFiles: ["./test/fixed-seed.ts"],
      reporters: ["default", "./test/summary-reporter.ts"],
      pool: "forks",
      maxWorkers: 2,
      sequence: { sequencer: SlowFirst },
    },
  };
});
