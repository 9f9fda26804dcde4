import type { Reporter, TestModule } from "vitest/node";

/**
 * Ends a run with one plain line that a script can read: `tests: 120 passed, 0 failed, 3 skipped`.
 * A file or a suite that failed without a failed test in it counts as one, and so does an error outside of any.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    console.log(summaryLine(modules, unhandledErrors.length));
  }
}

function summaryLine(modules: readonly TestModule[], errors: number): string {
  const counts = { passed: 0, failed: errors, skipped: 0 };
  for (const module of modules) {
    const failedBefore = counts.failed;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      counts[state === "pending" ? "failed" : state]++;
    }
    if (module.state() === "failed" && counts.failed === failedBefore) counts.failed++;
  }
  return `tests: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}
