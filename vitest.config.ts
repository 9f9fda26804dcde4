import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import manifest from "./package.json" with { type: "json" };
import { trainingTests } from "./packages/tfjs-wasm-training/vitest.config.ts";
import SlowFirst from "./test/slow-first.ts";

/** The doors of the package as package.json names them, but in src/, so that no test runs what was built before. */
const doors = Object.entries(manifest.exports).flatMap(([door, target]) => {
  if (typeof target === "string") return [];
  const file = target.default.replace(/^\.\/dist\/(.*)\.js$/, "src/$1.ts");
  return [[door.replace(/^\./, manifest.name), fileURLToPath(new URL(file, import.meta.url))] as const];
});

/** `vitest run`: everything quick. `vitest run --mode long`: the slow suites, files named *.long.test.ts. */
export default defineConfig(({ mode }) => {
  const long = mode === "long";
  return {
    // examples and tests import the package by its name, as its users do
    resolve: { alias: doors.map(([name, file]) => ({ find: new RegExp(`^${name}$`), replacement: file })) },
    test: {
      passWithNoTests: long,
      reporters: ["default", "./test/summary-reporter.ts"],
      maxWorkers: 2,
      sequence: { sequencer: SlowFirst },
      projects: [
        {
          extends: true,
          test: {
            name: "swg-sim",
            include: long ? ["{src,test,bench}/**/*.long.test.ts"] : ["{src,test,bench}/**/*.test.ts"],
            exclude: long ? [] : ["**/*.long.test.ts"],
            // limits are for what hangs; a busy machine does not hit them
            testTimeout: 600_000,
            hookTimeout: 600_000,
            // quick ones share a process, whose modules and machine code the next file finds there: two thirds of the time
            isolate: long,
            setupFiles: ["./test/fixed-seed.ts"],
            pool: "forks",
          },
        },
        trainingTests(long),
      ],
    },
  };
});
