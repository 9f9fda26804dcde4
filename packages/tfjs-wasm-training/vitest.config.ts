import { defineConfig } from "vitest/config";

/** A project of its own: what it registers would change other tests in the same process. */
export default defineConfig(({ mode }) => {
  const long = mode === "long";
  return {
    test: {
      name: "tfjs-wasm-training",
      include: long ? ["{src,test,bench}/**/*.long.test.ts"] : ["{src,test}/**/*.test.ts"],
      exclude: long ? [] : ["**/*.long.test.ts"],
      testTimeout: 600_000,
      hookTimeout: 600_000,
      pool: "forks",
      isolate: true,
      setupFiles: ["../../test/fixed-seed.ts"],
    },
  };
});
