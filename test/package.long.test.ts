import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "swg-package-"));
const clone = join(folder, "clone");
const project = join(folder, "project");
const installed = join(project, "node_modules", "swg-sim");
afterAll(() => rmSync(folder, { recursive: true }));

/** What npm says of the run that these tests are part of does not hold for another one. */
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

const run = (cwd: string, program: string, ...words: string[]): string =>
  execFileSync(program, words, {
    cwd,
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });

/** Neither what was built nor what was installed. */
const notCloned = /(^|\/)(\.git|node_modules|dist|out|[^/]*-bytes\.ts|[^/]*\.tmp)$/;

const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(path, join(entry.parentPath, entry.name)));

describe("is the package whole, packed from a clone in which nothing is built?", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const doors = Object.keys(manifest.exports)
    .filter((door) => !door.includes("*"))
    .map((door) => door.replace(/^\./, manifest.name));

  beforeAll(() => {
    cpSync(root, clone, { recursive: true, filter: (path) => !notCloned.test(path.slice(root.length - 1)) });
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), '{ "name": "empty", "private": true, "type": "module" }');
    run(clone, "npm", "pack", "--silent", "--prefer-offline", "--pack-destination", folder);
    const tarball = join(folder, `${manifest.name}-${manifest.version}.tgz`);
    run(project, "npm", "install", "--no-audit", "--no-fund", "--prefer-offline", tarball);
  });

  it("every door opens", () => {
    const script = `for (const door of ${JSON.stringify(doors)}) console.log(door, Object.keys(await import(door)).length);`;
    const lines = run(project, process.execPath, "--input-type=module", "--eval", script).trim().split("\n");
    expect(lines).toHaveLength(doors.length);
    for (const line of lines) expect(line).toMatch(/ [1-9]\d*$/);
  });

  it("and so does every schema", () => {
    const names = filesIn(join(root, "schemas"));
    expect(names.length).toBeGreaterThan(3);
    for (const name of names)
      expect(run(project, process.execPath, "--print", `require("swg-sim/schemas/${name}").title`)).toContain(
        name.replace(".json", ""),
      );
  });

  it("every door has types, by both ways of finding modules", () => {
    const imports = doors.map(
      (door, i) => `import * as door${i} from "${door}";\nexport const names${i} = Object.keys(door${i});`,
    );
    const use = 'import { runTrace } from "swg-sim";\n// @ts-expect-error: it has parameters\nrunTrace();\n';
    writeFileSync(join(project, "use.ts"), `${imports.join("\n")}\n${use}`);
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    for (const module of ["NodeNext", "Preserve"])
      run(
        project,
        process.execPath,
        tsc,
        "--noEmit",
        "--strict",
        "--target",
        "ES2023",
        "--module",
        module,
        "--types",
        "",
        "--skipLibCheck",
        "use.ts",
      );
  });

  it("a page's bundle can be made of swg-sim/browser", async () => {
    const { warnings } = await build({
      stdin: { contents: 'export * from "swg-sim/browser"', resolveDir: project },
      bundle: true,
      format: "esm",
      platform: "browser",
      write: false,
      logLevel: "silent",
    });
    expect(warnings).toEqual([]);
  });

  it("the program runs, and draws", () => {
    expect(run(project, "npx", "swg", "--help")).toMatch(/^Usage: swg /);
    const line = "--no swg run --network vgg8 --batch 1 --layers conv_13 --out results";
    expect(run(project, "npx", ...line.split(" "))).toContain("conv_13");
    expect(filesIn(join(project, "results")).filter((file) => file.endsWith(".png"))).not.toEqual([]);
  });

  it("what its documents link to is in it", () => {
    const documents = filesIn(installed).filter(
      (file) => file.endsWith(".md") && !file.includes("node_modules"),
    );
    expect(documents).toEqual(expect.arrayContaining(["README.md", "DEVIATIONS.md"]));
    const missing = documents.flatMap((file) => {
      const text = readFileSync(join(installed, file), "utf8");
      const links = Array.from(text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g), ([, link]) => link);
      return links
        .filter((link) => !existsSync(join(installed, dirname(file), link)))
        .map((link) => `${file}: ${link}`);
    });
    expect(missing).toEqual([]);
  });

  it("as are the sources that its source maps speak of, and no test", () => {
    const files = filesIn(installed);
    const maps = files.filter((file) => file.endsWith(".js.map"));
    expect(maps.length).toBeGreaterThan(200);
    const bare = maps.filter((file) => {
      const { sources, sourcesContent } = JSON.parse(readFileSync(join(installed, file), "utf8"));
      return sourcesContent?.length !== sources.length;
    });
    expect(bare).toEqual([]);
    expect(files.filter((file) => /\.test\.|\.tmp|node_modules/.test(file))).toEqual([]);
  });
});
