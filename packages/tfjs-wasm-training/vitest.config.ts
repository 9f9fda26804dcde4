import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A project of its own: what it registers would change other tests in the same process. */
export const trainingTests = (long: boolean) => ({
  root: here("."),
  test: {
    name: "tfjs-wasm-training",
    include: long ? ["{src,test}/**/*.long.test.ts"] : ["{src,test}/**/*.test.ts"],
    exclude: long ? [] : ["**/*.long.test.ts"],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: "forks" as const,
    isolate: true,
    setupFiles: [here("../../test/fixed-seed.ts")],
  },
});

export default defineConfig(({ mode }) => trainingTests(mode === "long"));
