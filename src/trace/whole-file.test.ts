import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../input-error.ts";
import { writeWholeFiles } from "./whole-file.ts";

const folder = mkdtempSync(join(tmpdir(), "swg-whole-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, text: string) => ({
  path: join(folder, name),
  chunks: [new TextEncoder().encode(text)],
});

describe("do files that are wanted together come together?", () => {
  it("the old ones stay where one of the new cannot be written", () => {
    writeFileSync(join(folder, "a"), "old");
    const files = [file("a", "new"), file("missing/b", "new")];
    expect(() => writeWholeFiles(files)).toThrow(InputError);
    expect(() => writeWholeFiles(files)).toThrow(
      `${join(folder, "missing/b")}: cannot be written: no such file or folder (ENOENT)`,
    );
    expect(readdirSync(folder)).toEqual(["a"]);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("old");
  });

  it("all of the new ones where they can", () => {
    mkdirSync(join(folder, "in"));
    writeWholeFiles([file("a", "new"), file("in/b", "too")]);
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(["a", "in", join("in", "b")]);
    expect(readFileSync(join(folder, "a"), "utf8")).toBe("new");
    expect(readFileSync(join(folder, "in/b"), "utf8")).toBe("too");
  });
});
