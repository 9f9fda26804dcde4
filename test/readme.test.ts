import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { blocksOf, pages, root, textOf } from "./document-blocks.ts";

describe("is the README short enough to be read?", () => {
  it("under 150 lines", () => {
    expect(textOf("README.md").split("\n").length).toBeLessThan(150);
  });
});

describe("does the library's sample work?", () => {
  const path = join(root, "examples", "one-layer.ts");

  it("it is the example, word for word", () => {
    expect(blocksOf("docs/library.md", "ts")).toEqual([readFileSync(path, "utf8")]);
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

const documents = [
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "DEVIATIONS.md",
  "MEASUREMENTS.md",
  "CHANGELOG.md",
];

/** What links to headings of a text end in, as GitHub makes it of them. */
const placesOf = (text: string): string[] =>
  Array.from(text.matchAll(/^#+ (.*)$/gm), ([, heading]) => {
    const kept = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "");
    return `#${kept.replaceAll(" ", "-")}`;
  });

describe("does a citation name the version that there is?", () => {
  it("CITATION.cff and package.json have the same, and the changelog has its day", () => {
    const { version, license } = JSON.parse(textOf("package.json"));
    const [, given] = /^date-released: (\d{4}-\d\d-\d\d)$/m.exec(textOf("CITATION.cff"))!;
    expect(textOf("CITATION.cff")).toContain(`\nversion: ${version}\nlicense: ${license}\n`);
    expect(textOf("CHANGELOG.md")).toMatch(/^## \[Unreleased\]$/m);
    expect(textOf("CHANGELOG.md")).toContain(`\n## [${version}] - ${given}\n`);
  });
});

describe("do the documents link to what exists?", () => {
  it.each([...documents, ...pages])("%s", (name) => {
    const links = Array.from(textOf(name).matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g));
    const broken = links.filter(([, path, place]) => {
      const target = path === "" ? name : join(dirname(name), path);
      if (!existsSync(join(root, target))) return true;
      return place !== undefined && target.endsWith(".md") && !placesOf(textOf(target)).includes(place);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it("every place in the code that DEVIATIONS.md and the reading order name", () => {
    const text = ["DEVIATIONS.md", "ARCHITECTURE.md", "docs/machine.md"].map(textOf).join();
    const places = Array.from(
      text.matchAll(/`(?:src\/)?([a-z-]+\/[a-z/-]+(?:\.ts|\/))`/g),
      ([, place]) => place,
    );
    expect(places.length).toBeGreaterThan(20);
    const missing = places.filter((place) => ![join(root, "src", place), join(root, place)].some(existsSync));
    expect(missing).toEqual([]);
  });

  it("every D number in the code stands in DEVIATIONS.md", () => {
    const deviations = textOf("DEVIATIONS.md");
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
