import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { noChromium, type Page, withPage } from "../../../test/chromium.ts";
import { ways } from "../example/ways.ts";
import { type Pages, withServer } from "./page-server.ts";

if (noChromium) console.warn(`${noChromium}: the example page is left out`);
const folder = mkdtempSync(join(tmpdir(), "tfjs-wasm-training-example-"));
afterAll(() => rmSync(folder, { recursive: true }));

function builtPages(): Pages {
  const script = fileURLToPath(new URL("../scripts/example.mjs", import.meta.url));
  execFileSync(process.execPath, [script, folder]);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const pages = Object.fromEntries(files.map((name) => [`/${name}`, { file: join(folder, name) }]));
  return { ...pages, "/": { file: join(folder, "index.html") } };
}

const textOf = (page: Page, selector: string) => page.locator(selector).allTextContents();

async function trainedTo(page: Page, step: number): Promise<number> {
  await page.waitForFunction(
    (wanted) => {
      const said = globalThis as unknown as {
        document: { getElementById(id: string): { textContent: string } };
      };
      return Number(/step (\d+)/.exec(said.document.getElementById("said").textContent)?.[1]) >= wanted;
    },
    step,
    { timeout: 120_000 },
  );
  const [said] = await textOf(page, "#said");
  return Number(/loss ([\d.]+)/.exec(said)![1]);
}

describe.skipIf(noChromium)("does the example page train?", () => {
  const path = join(folder, "digits.safetensors");
  const swg = (command: string, ...words: string[]) => {
    const program = fileURLToPath(new URL("../../../dist/cli/main.js", import.meta.url));
    return execFileSync(process.execPath, [program, command, "--trace", path, ...words], {
      encoding: "utf8",
    });
  };

  it("its loss falls, each way has a time, and what it records runs on the simulator", async () => {
    await withServer(builtPages(), {}, (address) =>
      withPage(async (page, complaints) => {
        // a step on the cpu backend takes half a minute where other programs have the cores
        page.setDefaultTimeout(120_000);
        await page.goto(address);
        await page.locator("#said", { hasText: "ready" }).waitFor();
        expect(complaints).toEqual([]);
        await page.click("#run");
        // who guesses among ten digits has ln 10
        expect(await trainedTo(page, 45)).toBeLessThan(0.7 * Math.log(10));
        const [, ...layers] = await textOf(page, "#layers tr");
        expect(layers.filter((row) => row.includes("Conv2DBackpropFilter"))).toHaveLength(3);
        for (const [i, way] of ways.entries()) {
          if (i === 0) continue;
          await page.selectOption("#way", way);
          await page.locator("#times tr", { hasText: way }).locator("td.number").waitFor();
        }
        await page.selectOption("#way", ways[0]);
        const [file] = await Promise.all([page.waitForEvent("download"), page.click("#record")]);
        await file.saveAs(path);
        expect(complaints).toEqual([]);
      }),
    );
    expect(swg("verify")).toContain("4 of 4 layers have a reference; all are right\n");
    expect(swg("run", "--accelerators", "swg", "--format", "csv").trimEnd().split("\r\n")).toHaveLength(5);
  });
});
