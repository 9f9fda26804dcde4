import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that work for many seconds; last, they would leave one of two cores idle. */
const slow = [
  "test/capture.test.ts",
  "src/cli/sweep.test.ts",
  "src/accelerators/conformance.test.ts",
  "src/cli/run.test.ts",
  "src/hardware/functional-check/machine-gradient.test.ts",
  "src/kernel/conformance.test.ts",
  "src/trace/numpy/damaged-numpy.test.ts",
  "test/schemas.test.ts",
  "src/cli/machine-module.test.ts",
  "test/readme-commands.test.ts",
  "src/cli/run-in-threads.test.ts",
  "src/rtl/written/written-bench.test.ts",
  "test/hostile-files.test.ts",
];

/** Starts the slowest files first, the others in vitest's order. */
export default class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rank = ({ moduleId }: TestSpecification) => {
      const at = slow.findIndex((path) => moduleId.endsWith(path));
      return at < 0 ? slow.length : at;
    };
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}
