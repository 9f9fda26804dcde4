import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("does every public name have a docstring, and no link in one lead nowhere?", () => {
  const cwd = fileURLToPath(new URL("../packages/api-pages", import.meta.url));
  const { status, stdout, stderr } = spawnSync("npm", ["run", "pages", "--", "--emit", "none"], {
    cwd,
    encoding: "utf8",
  });
  const complaints = `${stdout}${stderr}`.split("\n").filter((line) => /\[(warning|error)\]/.test(line));
  expect(complaints).toEqual([]);
  expect(status).toBe(0);
});
