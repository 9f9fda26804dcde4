import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noChromium, withPage } from "../../../test/chromium.ts";
import type { Found } from "./browser-page.ts";
import { cpuLosses } from "./cpu-losses.ts";
import { saysCores } from "./isolated-page.ts";
import { isolating, type Pages, wasmFiles, withServer } from "./page-server.ts";

const inPackage = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const library = (path: string) => ({ file: inPackage(`../../node_modules/@tensorflow/${path}`) });

/** What is published, in a folder of these tests' own. */
const built = join(tmpdir(), `tfjs-wasm-training-${process.pid}`);

if (noChromium) console.warn(`${noChromium}: what needs a browser is left out`);

const policy = (words: string) => ({
  "Content-Security-Policy": `default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'${words}`,
});

/** A script for a page; the libraries of `globals` are there already. */
async function bundled(globals: boolean): Promise<string> {
  const asGlobal = {
    name: "as-global",
    setup({
      onResolve,
      onLoad,
    }: Parameters<NonNullable<Parameters<typeof build>[0]["plugins"]>[number]["setup"]>[0]) {
      onResolve({ filter: /^(@tensorflow\/|tfjs-wasm-training)/ }, ({ path }) => ({
        path,
        namespace: "global",
      }));
      onLoad({ filter: /.*/, namespace: "global" }, ({ path }) => ({
        contents: `module.exports = ${globalOf(path)}`,
      }));
    },
  };
  const { outputFiles } = await build({
    entryPoints: [inPackage("test/browser-page.ts")],
    bundle: true,
    format: "iife",
    globalName: "page",
    platform: "browser",
    define: { global: "globalThis" },
    alias: globals ? {} : { "tfjs-wasm-training": join(built, "index.js") },
    // what is built elsewhere finds its peers here
    nodePaths: [inPackage("../../node_modules")],
    plugins: globals ? [asGlobal] : [],
    write: false,
    logLevel: "error",
  });
  return outputFiles[0].text;
}

const globalOf = (path: string) =>
  path === "tfjs-wasm-training" ? "tfjsWasmTraining" : path.endsWith("backend-wasm") ? "tf.wasm" : "tf";

const scripts = (...paths: string[]) => paths.map((path) => `<script src="${path}"></script>`).join("\n");

async function trainedIn(pages: Pages, headers: Readonly<Record<string, string>>, cores = 2): Promise<Found> {
  return withServer({ ...wasmFiles, ...pages }, headers, (address) =>
    withPage(async (page) => {
      await page.addInitScript(saysCores(cores));
      await page.goto(address);
      return page.evaluate<Found>('page.trained("/wasm/")');
    }),
  );
}

function expectCpuLosses({ losses }: Found): void {
  for (const [name, wanted] of Object.entries(cpuLosses))
    for (const [step, loss] of wanted.entries())
      expect(Math.abs(losses[name][step] - loss)).toBeLessThan(1e-4);
}

describe.skipIf(noChromium)("do the three networks train in Chromium as on the cpu backend?", () => {
  beforeAll(() => execFileSync(process.execPath, [inPackage("scripts/build.mjs"), built]));
  afterAll(() => rmSync(built, { recursive: true, force: true }));

  let alone: Found;

  it("by a bundler", async () => {
    const pages = { "/": scripts("/page.js"), "/page.js": await bundled(false) };
    const found = await trainedIn(pages, policy(""));
    expect(found).toMatchObject({ isolated: false, threads: 1 });
    expectCpuLosses(found);
    alone = found;
    expect(found.profiled).toBeGreaterThan(10);
  });

  it.each([1, 2])("by a bundler, in an isolated page, the same losses by %i threads", async (threads) => {
    const pages = { "/": scripts("/page.js"), "/page.js": await bundled(false) };
    const headers = { ...isolating, ...policy(" blob:; worker-src blob:") };
    const found = await trainedIn(pages, headers, 2 * threads);
    expect(found).toMatchObject({ isolated: true, threads });
    expectCpuLosses(found);
    expect(found.losses).toEqual(alone.losses);
  });

  it("by script tags", async () => {
    const tags = scripts("/core.js", "/layers.js", "/wasm.js", "/training.js", "/page.js");
    const pages: Pages = {
      "/": tags,
      "/core.js": library("tfjs-core/dist/tf-core.min.js"),
      "/layers.js": library("tfjs-layers/dist/tf-layers.min.js"),
      "/wasm.js": library("tfjs-backend-wasm/dist/tf-backend-wasm.min.js"),
      "/training.js": { file: join(built, "tfjs-wasm-training.min.js") },
      "/page.js": await bundled(true),
    };
    expectCpuLosses(await trainedIn(pages, {}));
  });

  it("script tags in a wrong order are named in one line", async () => {
    const pages: Pages = {
      "/": scripts("/core.js", "/training.js"),
      "/core.js": library("tfjs-core/dist/tf-core.min.js"),
      "/training.js": { file: join(built, "tfjs-wasm-training.min.js") },
    };
    const complaints = await withServer(pages, {}, (address) =>
      withPage(async (page, said) => {
        await page.goto(address);
        return [...said];
      }),
    );
    expect(complaints).toContainEqual(
      expect.stringContaining(
        "script tags of tfjs (or tfjs-core) and tfjs-backend-wasm must stand before this one's",
      ),
    );
  });
});
