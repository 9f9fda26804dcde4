import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import * as runs from "./browser-runs.ts";
import { noChromium, withPage } from "./chromium.ts";

const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** A classic script for a page, which calls a module that imports `swg-sim/browser` by the name `bundle`. */
async function bundled(contents: string) {
  const { outputFiles, warnings, metafile } = await build({
    stdin: { contents, resolveDir: inRoot("test"), loader: "ts" },
    alias: { "swg-sim/browser": inRoot("src/browser.ts") },
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "bundle",
    platform: "browser",
    // asked for only where there is no document
    logOverride: { "empty-import-meta": "silent" },
    metafile: true,
    write: false,
  });
  expect(warnings).toEqual([]);
  const [{ inputs }] = Object.values(metafile.outputs);
  const files = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return { script: outputFiles[0].text, files: files.map(([file]) => file) };
}

const kilobytes = (script: string) => Math.round(gzipSync(script, { level: 9 }).length / 1000);

/** The number of kB that docs/library.md says after these words. */
const saidInReadme = (words: string) =>
  Number(
    readFileSync(inRoot("docs/library.md"), "utf8")
      .split(words)[1]
      ?.match(/^ (\d+) kB/)?.[1],
  );

if (noChromium) console.warn(`${noChromium}: what needs a browser is left out`);

describe("does swg-sim/browser bundle as it is?", () => {
  it("into a page's script, in which linkedom, the renderer of PNGs and the program are not", async () => {
    const { script, files } = await bundled('export * from "swg-sim/browser"');
    expect(
      files.filter((file) => /linkedom|resvg|fontsource|commander|tinypool|src\/cli/.test(file)),
    ).toEqual([]);
    console.log(`swg-sim/browser: ${kilobytes(script)} kB, minified, gzip`);
    expect(Math.abs(kilobytes(script) / saidInReadme("`swg-sim/browser` has about") - 1)).toBeLessThan(0.1);
  });

  it("and who only simulates gets no library that draws", async () => {
    const { script, files } = await bundled(
      'export { fast, runTrace, select, syntheticTrace } from "swg-sim/browser"',
    );
    expect(files.filter((file) => file.includes("node_modules") && !file.includes("fflate"))).toEqual([]);
    console.log(`of it what simulates: ${kilobytes(script)} kB, minified, gzip`);
    expect(Math.abs(kilobytes(script) / saidInReadme("only simulates has about") - 1)).toBeLessThan(0.1);
  });
});

describe.skipIf(noChromium)("does swg-sim/browser give in Chromium what it gives in Node?", () => {
  const npz = readFileSync(inRoot("test/data/numpy/step.npz"), "base64");
  const safetensors = readFileSync(inRoot("test/data/tiny.safetensors"), "base64");
  let here: ReturnType<typeof runs.wholeNetwork>;
  let there: Awaited<ReturnType<typeof inChromium>>;

  async function inChromium() {
    const { script } = await bundled('export * from "./browser-runs.ts"');
    return await withPage(async (page, complaints) => {
      await page.addScriptTag({ content: script });
      const started = performance.now();
      const network = await page.evaluate<typeof here>("bundle.wholeNetwork()");
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`vgg8 at batch 1 on three machines, with figures, in Chromium: ${seconds} s`);
      const call = (name: string, ...words: string[]) =>
        page.evaluate<string>(`bundle.${name}(${words.map((word) => JSON.stringify(word)).join()})`);
      return {
        network,
        safetensors: await call("fromBytes", "tiny.safetensors", safetensors),
        npz: await call("fromBytes", "step.npz", npz),
        notATrace: await call("notATrace"),
        complaints,
      };
    });
  }

  beforeAll(async () => {
    here = runs.wholeNetwork();
    there = await inChromium();
  });

  it("vgg8 on swg, trainware and dense: the same JSON, CSV and text, byte for byte", () => {
    expect(JSON.parse(here.texts.json).layers).toHaveLength(here.layers);
    expect(there.network.texts).toEqual(here.texts);
  });

  it("its figures: the same SVG, byte for byte", () => {
    expect(Object.keys(here.figures).length).toBeGreaterThan(5);
    expect(there.network.figures).toEqual(here.figures);
  });

  it("traces from bytes of safetensors and .npz, and what is said of other bytes", () => {
    expect(there.safetensors).toBe(runs.fromBytes("tiny.safetensors", safetensors));
    expect(there.npz).toBe(runs.fromBytes("step.npz", npz));
    expect(there.notATrace).toBe(runs.notATrace());
    expect(there.notATrace).toMatch(/^InputError: none: /);
  });

  it("the page complains of nothing", () => {
    expect(there.complaints).toEqual([]);
  });
});
