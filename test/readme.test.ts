import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { blocksOf, root } from "./readme-blocks.ts";

describe("does the README's library sample work?", () => {
  const path = join(root, "examples", "one-layer.ts");

  it("it is the example, word for word", () => {
    expect(blocksOf("ts")).toEqual([readFileSync(path, "utf8")]);
  });

  it("and the example runs", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await import(path);
    expect(log).toHaveBeenCalled();
    log.mockRestore();
  });
});

describe("does the ONNX example run?", () => {
  it("it finds the layers and simulates one", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await import(join(root, "examples", "onnx-model.ts"));
    const lines = log.mock.calls.map(([line]) => String(line));
    log.mockRestore();
    expect(lines[0]).toBe("21 layers, 0 kinds of operators left out");
    expect(lines[1]).toMatch(/^layer4\.1\.conv2 on swg: \d+ cycles, /);
    expect(lines).toHaveLength(3);
  });
});

describe("do the documents link to what exists?", () => {
  it.each(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "DEVIATIONS.md", "CHANGELOG.md"])(
    "%s",
    (name) => {
      const text = readFileSync(join(root, name), "utf8");
      const links = Array.from(text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g), ([, link]) => link);
      expect(links.filter((link) => !existsSync(join(root, link)))).toEqual([]);
    },
  );

  it("every place in the code that DEVIATIONS.md and the reading order name", () => {
    const text = ["DEVIATIONS.md", "ARCHITECTURE.md"]
      .map((name) => readFileSync(join(root, name), "utf8"))
      .join();
    const places = Array.from(
      text.matchAll(/`(?:src\/)?([a-z-]+\/[a-z/-]+(?:\.ts|\/))`/g),
      ([, place]) => place,
    );
    expect(places.length).toBeGreaterThan(20);
    const missing = places.filter((place) => ![join(root, "src", place), join(root, place)].some(existsSync));
    expect(missing).toEqual([]);
  });

  it("every D number in the code stands in DEVIATIONS.md", () => {
    const deviations = readFileSync(join(root, "DEVIATIONS.md"), "utf8");
    const numbers = Array.from(deviations.matchAll(/^\*\*D(\d+)\. /gm), ([, number]) => Number(number));
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
    const code = files
      .filter((file) => file.endsWith(".ts"))
      .map((file) => readFileSync(join(root, "src", file), "utf8"));
    const cited = Array.from(code.join().matchAll(/assumed, D(\d+)/gi), ([, number]) => Number(number));
    expect(cited.filter((number) => !numbers.includes(number))).toEqual([]);
  });
});
