import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that work for tens of seconds in a fresh clone; last, they would leave one of two cores idle. */
const slow = ["src/rtl/array.test.ts", "test/capture.test.ts", "test/hostile-files.test.ts"];

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
