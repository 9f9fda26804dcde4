import { describe, expect, it } from "vitest";
import { pythonWithTorch, runPython } from "./python.ts";

const { python, reason } = pythonWithTorch();
if (reason) console.warn(`${reason}: the capture's long tests are skipped`);

describe(`does swg_capture leave a training alone?${reason ? ` (${reason})` : ""}`, () => {
  it.skipIf(!python)("its own tests in Python, with those that take long", () => {
    const { status, stderr } = runPython(python!, ["-m", "unittest", "discover"], "capture", {
      SWG_LONG: "1",
    });
    expect(stderr).toMatch(/^Ran [1-9]\d* tests/m);
    expect(status, stderr).toBe(0);
  });
});
