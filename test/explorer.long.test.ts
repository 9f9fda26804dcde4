import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import axe from "axe-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { select, withParameters } from "../src/accelerators/machine.ts";
import { simulateLayer } from "../src/hardware/array/controller.ts";
import { flattenPointwise } from "../src/hardware/dataflow/flatten.ts";
import { layerStatistics } from "../src/hardware/dataflow/layer-statistics.ts";
import { estimatedMapping } from "../src/hardware/mapper/choose-mapping.ts";
import type { SwgParameters } from "../src/hardware/parameters.ts";
import { fast, fastMapping } from "../src/kernel/wasm.ts";
import { grouped } from "../src/report/format.ts";
import type { Report } from "../src/report/report.ts";
import { runTrace } from "../src/report/run-trace.ts";
import { syntheticTrace } from "../src/trace/synthetic.ts";
import { noChromium, type Page, withPage } from "./chromium.ts";
import { damagedSteps, fileOf, headerText, LAYER } from "./damaged-traces.ts";
import { root } from "./document-blocks.ts";
import { asZip, goodArrays } from "./hostile-arrays.ts";
import { hostileOnnx } from "./hostile-onnx.ts";
import { swg, tinyTrace } from "./run-swg.ts";
import { startListening } from "./start-swg.ts";

if (noChromium) console.warn(`${noChromium}: what needs a browser is left out`);

const folder = mkdtempSync(join(tmpdir(), "swg-explorer-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "explorer.html");
const address = pathToFileURL(file).href;
const trace = join(folder, "trace.safetensors");

/** Everything that a page asked for, did against its policy, or complained of. */
interface Seen {
  readonly requests: string[];
  readonly violations: string[];
  readonly complaints: readonly string[];
}

/** The explorer in a browser that has no network; whatever it does besides computing is an error. */
async function inExplorer<R>(
  use: (page: Page) => Promise<R>,
  at = `${address}#others=dense,lnpu`,
): Promise<R> {
  return await withPage(async (page, complaints) => {
    const seen: Seen = { requests: [], violations: [], complaints };
    page.on("request", (request) => seen.requests.push(request.url()));
    await page.exposeFunction("violated", (text: string) => seen.violations.push(text));
    await page.addInitScript(
      'addEventListener("securitypolicyviolation", (e) => violated(e.violatedDirective + " " + e.blockedURI))',
    );
    await page.context().setOffline(!at.startsWith("http"));
    await page.goto(at);
    const result = await use(page);
    const outside = seen.requests.filter(
      (url) => url.split("#")[0] !== at.split("#")[0] && !/^(blob|data):/.test(url),
    );
    expect({ outside, violations: seen.violations, complaints: seen.complaints }).toEqual({
      outside: [],
      violations: [],
      complaints: [],
    });
    return result;
  });
}

/** Until an expression is true in a page, whose policy lets nobody watch it from inside. */
async function until(page: Page, expression: string): Promise<void> {
  while (!(await page.evaluate(expression))) await page.waitForTimeout(50);
}

/** Until all that the page wants to know is simulated. */
const answered = (page: Page): Promise<void> =>
  until(
    page,
    `document.getElementById("answer").dataset.answered !== undefined &&
     document.getElementById("answer").getAttribute("aria-busy") === "false" &&
     document.getElementById("status").textContent === ""`,
  );

const textOf = async (page: Page, id: string): Promise<string> => (await page.textContent(`#${id}`)) ?? "";

/** What a button of the menu saves, the first file of it. */
async function savedBy(page: Page, button: string): Promise<string> {
  await page.click("#save summary");
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`#${button}`)]);
  return readFileSync(await download.path(), "utf8");
}

/** The report of the command that the page shows. */
async function commandsReport(page: Page): Promise<Report> {
  const line = (await textOf(page, "command"))
    .replace(/^npx swg /, "")
    .replace(" trace.safetensors ", ` ${trace} `);
  expect(line).not.toMatch(/['"]/);
  const { code, out, err } = await swg(`${line} --format json`);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out);
}

beforeAll(() => {
  execFileSync(process.execPath, [join(root, "scripts", "build-explorer.mjs"), folder], { stdio: "pipe" });
  copyFileSync(tinyTrace, trace);
});

describe("is the explorer one small file?", () => {
  it("of less than 250 KiB, gzip, which asks for nothing", () => {
    const html = readFileSync(file, "utf8");
    const kilobytes = gzipSync(html, { level: 9 }).length / 1024;
    console.log(`explorer.html: ${Math.round(kilobytes)} KiB, gzip`);
    expect(kilobytes).toBeLessThan(250);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/unsafe-inline|'unsafe-eval'/);
    expect(html.match(/<(script|link|img|iframe)\b[^>]*\b(src|href)="[^"]*"/g)).toEqual([
      '<link rel="icon" href="data:,"',
    ]);
  });
});

/** Cycles of vgg8, one image, by the model as it is defined, with the mappings that are estimated from counts of nonzeros. */
function cyclesAsEstimated(): number {
  const { layers, occupancy } = syntheticTrace("vgg8", 1, 1);
  const parameters = select("swg").parameters as SwgParameters;
  return layers.reduce((sum, { name }) => {
    const flat = flattenPointwise(occupancy(name));
    const counts = layerStatistics(flat);
    return sum + simulateLayer(flat, counts, estimatedMapping(counts, parameters), parameters).cycles;
  }, 0);
}

/** Cycles of vgg8 on a changed swg with the mappings of the one as it is declared. */
function mappedAsBefore(set: Readonly<Record<string, unknown>>): number {
  const step = syntheticTrace("vgg8", 1, 1);
  const [before, now] = [select("swg"), select("swg", set)];
  return step.layers.reduce((sum, { name }) => {
    const mapping = fastMapping(step.occupancy(name), before.parameters as SwgParameters);
    const report = runTrace(step, [withParameters(now, { ...mapping })], fast, { layers: [name] });
    return sum + report.totals.results.swg.cycles;
  }, 0);
}

describe.skipIf(noChromium)("does the explorer say what the command line says?", () => {
  it("of a trace that was opened: the same report, integer for integer", () =>
    inExplorer(async (page) => {
      await page.setInputFiles("#file", trace);
      await until(page, 'document.getElementById("what").textContent.includes("digits")');
      await answered(page);
      const report: Report = JSON.parse(await savedBy(page, "save-json"));
      expect(report).toEqual(await commandsReport(page));
      expect(Object.keys(report.totals.results)).toEqual(["swg", "dense", "lnpu"]);
      expect(report.why).toBeDefined();
    }));

  it("of a machine that was changed, beside itself as it was and one that was pinned", () =>
    inExplorer(async (page) => {
      await page.setInputFiles("#file", trace);
      await until(page, 'document.getElementById("what").textContent.includes("digits")');
      await page.fill("#parameter-columns", "8");
      await page.press("#parameter-columns", "Enter");
      await answered(page);
      await page.click("#pin");
      await page.fill("#parameter-columns", "4");
      await page.press("#parameter-columns", "Enter");
      await answered(page);
      const report: Report = JSON.parse(await savedBy(page, "save-json"));
      expect(report).toEqual(await commandsReport(page));
      expect(Object.keys(report.machines).slice(0, 3)).toEqual(["swg", "default", "A"]);
      expect(await page.textContent("#block-array")).toContain("changed");
    }));

  it("of a made-up network, at equal area, and its CSV and figures are the program's", () =>
    inExplorer(async (page) => {
      await answered(page);
      const report = await commandsReport(page);
      expect(JSON.parse(await savedBy(page, "save-json"))).toEqual(report);
      const { reportCsv } = await import("../src/report/csv.ts");
      expect(await savedBy(page, "save-csv")).toBe(reportCsv(report));
      const { reportFigures } = await import("../src/report/figures/index.ts");
      expect(await savedBy(page, "save-svg")).toBe(reportFigures(report)[0].svg);
    }, `${address}#network=vgg8&batch=1&equal-area=true&others=dense,lnpu`));

  it("of a machine that was changed, first with the mappings that its layers had", () =>
    inExplorer(async (page) => {
      await answered(page);
      await page.evaluate(`
        globalThis.first = [];
        const answer = document.getElementById("answer");
        const see = () => answer.dataset.answered === "untried" && first.push(document.getElementById("lead").textContent);
        new MutationObserver(see).observe(answer, { attributes: true, childList: true, subtree: true });`);
      await page.fill("#parameter-columns", "8");
      await page.press("#parameter-columns", "Enter");
      await answered(page);
      const first = await page.evaluate<string[]>("first");
      expect(first[0]?.split(" ")[0]).toBe(grouped(mappedAsBefore({ columns: 8 })));
      expect(JSON.parse(await savedBy(page, "save-json"))).toEqual(await commandsReport(page));
    }, `${address}#network=vgg8&batch=1&others=`));

  it("first with mappings that are estimated, simulated as those are", () =>
    inExplorer(async (page) => {
      await page.addInitScript(`
        globalThis.first = [];
        addEventListener("DOMContentLoaded", () => {
          const answer = document.getElementById("answer");
          const see = () => answer.dataset.answered === "untried" && first.push(document.getElementById("lead").textContent);
          new MutationObserver(see).observe(answer, { attributes: true, childList: true, subtree: true });
        });`);
      await page.reload();
      await answered(page);
      const first = await page.evaluate<string[]>("first");
      expect(first[0]?.split(" ")[0]).toBe(grouped(cyclesAsEstimated()));
    }, `${address}#network=vgg8&batch=1&others=`));

  it("of NumPy arrays and ONNX files", () =>
    inExplorer(async (page) => {
      await page.setInputFiles("#file", {
        name: "a.npz",
        mimeType: "",
        buffer: Buffer.from(asZip(goodArrays)),
      });
      await until(page, 'location.hash.includes("a.npz")');
      await answered(page);
      await page.setInputFiles("#file", join(root, "test/data/onnx/resnet18-narrow-training.onnx"));
      await until(page, 'document.getElementById("what").textContent.includes("narrow")');
      await answered(page);
      expect(await textOf(page, "lead")).toMatch(/^[\d,]+ cycles, [\d.]+x the bound$/);
    }));
});

describe.skipIf(noChromium)("does a link bring back what it was copied from?", () => {
  it("parameters, pins, layer and machines", () =>
    inExplorer(async (page) => {
      await answered(page);
      await page.fill("#parameter-columns", "8");
      await page.press("#parameter-columns", "Enter");
      await page.click("#pin");
      await page.click("#layer-1");
      await page.check("#other-ant");
      await answered(page);
      const shown = async (one: Page) =>
        Promise.all(["lead", "why", "layers", "ranking", "help", "command"].map((id) => textOf(one, id)));
      const before = await shown(page);
      const again = await page.context().newPage();
      await again.goto(page.url());
      await answered(again);
      expect(await shown(again)).toEqual(before);
    }, `${address}#network=vgg8&batch=1&density=fmap=0.4,emap=0.3`));

  it("of a file it says which to open, and takes no other for it", () =>
    inExplorer(async (page) => {
      await page.setInputFiles("#file", trace);
      await until(page, 'location.hash.includes("print=")');
      const link = page.url();
      const again = await page.context().newPage();
      await again.goto(`${link}&swg.columns=8`);
      expect(await textOf(again, "message")).toContain("trace.safetensors");
      await again.setInputFiles("#file", trace);
      await answered(again);
      expect(again.url()).toBe(`${link}&swg.columns=8`);
      expect(await textOf(again, "message")).toBe("");
    }));

  it.each([
    ["#swg.columns=0", "parameter swg.columns must be a whole number from 1 to 1024, got 0"],
    ["#swg.nothing=1", 'unknown parameter "swg.nothing"; known: '],
    ["#network=vgg9", 'unknown network "vgg9"; known: '],
    ["#network=vgg8&density=fmap=2", "density fmap must be a number from 0 to 1"],
    ["#colour=red", 'unknown part of a link "colour"; known: '],
    ["#pin=A=dense", "pin must have the form A=swg:parameter=value"],
    ["#network=%E0%A4%A", "a link must be escaped as URLs are"],
    ["#<img>", "a link must have name=value between its &"],
  ])("%s: one line, and the page goes on", (hash, line) =>
    inExplorer(async (page) => {
      expect(await textOf(page, "message")).toContain(line);
      await until(page, 'document.getElementById("answer").dataset.answered !== undefined');
    }, address + hash),
  );
});

describe.skipIf(noChromium)("does a hostile file get one line, and nothing else?", () => {
  it("damaged traces", () =>
    inExplorer(async (page) => {
      // an answer that came later would be taken for that of a file
      await answered(page);
      for (const [what, bytes, line] of damagedSteps) await refuses(page, `${what}.safetensors`, bytes, line);
    }));

  it("damaged ONNX files", () =>
    inExplorer(async (page) => {
      await answered(page);
      for (const [what, bytes, line] of hostileOnnx) await refuses(page, `${what}.onnx`, bytes(), line);
    }));

  it("names that look like markup, a formula or a command are text", () =>
    inExplorer(async (page) => {
      const name = '<img src=x onerror="alert(1)">';
      const header = headerText({
        layers: JSON.stringify([{ ...LAYER, name }]),
        network: "</script><b>",
      }).replaceAll("/a.", `/${name.replaceAll('"', '\\"')}.`);
      await page.setInputFiles("#file", {
        name: "<b>.safetensors",
        mimeType: "",
        buffer: Buffer.from(fileOf(header)),
      });
      await until(page, 'document.getElementById("what").textContent.includes("</script>")');
      await answered(page);
      expect(await textOf(page, "layers")).toContain("<img src=x");
      expect(await page.locator("main img, main b b").count()).toBe(0);
    }));

  /** What is wrong stands above the page or, where a tensor was wrong, below the answer; perhaps only once its step is chosen. */
  async function refuses(page: Page, name: string, bytes: Uint8Array, line: string) {
    const said =
      'document.getElementById("message").textContent + (document.querySelector("#status strong")?.textContent ?? "")';
    const isDone = `(${said}) !== "" || document.getElementById("answer").dataset.answered !== undefined`;
    await page.evaluate(
      `document.getElementById("message").textContent = "";
       document.getElementById("status").textContent = "";
       delete document.getElementById("answer").dataset.answered;`,
    );
    const safe = name.replace(/[/\\]/g, " ");
    await page.setInputFiles("#file", { name: safe, mimeType: "", buffer: Buffer.from(bytes) });
    await until(page, isDone);
    if ((await page.evaluate(said)) === "") {
      await page.locator("#step option").nth(1).waitFor({ state: "attached" });
      await page.selectOption("#step", { index: 1 });
      await until(page, `(${said}) !== ""`);
    }
    expect(await page.evaluate(said)).toContain(line);
  }
});

describe.skipIf(noChromium)("can everybody use it?", () => {
  it.each([
    ["light", 1360],
    ["dark", 1360],
    ["light", 390],
    ["dark", 390],
  ] as const)(
    "axe finds nothing in %s, %i pixels wide, and nothing is wider than the page",
    (colorScheme, width) =>
      inExplorer(async (page) => {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 900 });
        await answered(page);
        await page.click("#layer-0");
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate<{
          violations: { id: string; nodes: { html: string }[] }[];
        }>("axe.run()");
        expect(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
        ).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      }, `${address}#network=vgg8&batch=1&swg.columns=8&others=dense`),
  );

  it("by keyboard alone: from the top to a parameter, and to a layer", () =>
    inExplorer(async (page) => {
      await answered(page);
      await page.focus("#parameter-columns-slider");
      await page.keyboard.press("ArrowRight");
      expect(page.url()).toContain("swg.columns=");
      await page.focus("#layer-2");
      await page.keyboard.press("Enter");
      expect(page.url()).toContain("layer=");
      expect(await page.evaluate("document.activeElement.id")).toBe("layer-2");
    }, `${address}#network=vgg8&batch=1&others=`));
});

describe.skipIf(noChromium)("what is there besides?", () => {
  it("a report that was saved: all that it says, and nothing is simulated", () =>
    inExplorer(async (page) => {
      const { out } = await swg(
        `run --trace ${trace} --accelerators swg,dense --why --ablation --format json`,
      );
      await page.setInputFiles("#file", { name: "report.json", mimeType: "", buffer: Buffer.from(out) });
      await until(page, 'document.getElementById("what").textContent.includes("digits")');
      await answered(page);
      expect(JSON.parse(await savedBy(page, "save-json"))).toEqual(JSON.parse(out));
      expect(await textOf(page, "why")).toContain("What would help most");
      expect(await textOf(page, "ranking")).toContain("dense");
      expect(await textOf(page, "help")).toContain("One limit lifted");
      await page.check("#everywhere");
      expect(await textOf(page, "help")).toContain("One mechanism taken away");
      expect(await page.isDisabled("#parameter-columns")).toBe(true);
      expect(await page.isVisible("#command")).toBe(false);
      expect(await textOf(page, "time")).toContain("open the trace");
    }));

  it("a report that contradicts itself gets one line", () =>
    inExplorer(async (page) => {
      const { out } = await swg(`run --trace ${trace} --accelerators dense --format json`);
      const report = JSON.parse(out);
      report.totals.results.dense.cycles++;
      const buffer = Buffer.from(JSON.stringify(report));
      await page.setInputFiles("#file", { name: "report.json", mimeType: "", buffer });
      await until(page, 'document.getElementById("message").textContent !== ""');
      expect(await textOf(page, "message")).toContain("report.json: a report must agree with itself");
    }));

  it("machines and work that were pinned, side by side, with their differences, and in time", () =>
    inExplorer(async (page) => {
      const cells = (row: string) =>
        page.evaluate<string[]>(
          `[...document.querySelectorAll("#compare tbody tr")]
            .flatMap(({ cells: [first, ...rest] }) => first.textContent === "${row}" ? rest : [])
            .map((cell) => cell.textContent)`,
        );
      await page.setInputFiles("#file", trace);
      await until(page, 'document.getElementById("what").textContent.includes("digits")');
      await answered(page);
      const captured = Number((await textOf(page, "lead")).split(" ")[0].replaceAll(",", ""));
      await page.click("#pin-work");
      await page.selectOption("#network", "vgg8");
      await page.fill("#batch", "1");
      await page.press("#batch", "Enter");
      await until(page, 'document.getElementById("what").textContent.endsWith("batch 1")');
      await answered(page);
      await until(page, '[...document.querySelectorAll("#compare tbody tr")].length > 0');
      const now = Number((await textOf(page, "lead")).split(" ")[0].replaceAll(",", ""));
      const grouped = (n: number) => n.toLocaleString("en");
      expect(await cells("cycles")).toEqual([
        grouped(now),
        grouped(captured),
        `${now > captured ? "+" : "-"}${grouped(Math.abs(now - captured))}`,
        expect.stringMatching(/x$/),
      ]);
      await page.click("#record");
      await page.waitForSelector("#timeline-A");
      await until(page, 'document.getElementById("timeline-words").textContent !== ""');
      const pictures = () =>
        page.evaluate<string[]>(
          '["timeline", "timeline-A"].map((id) => document.getElementById(id).toDataURL())',
        );
      const whole = await pictures();
      const words = await textOf(page, "timeline-words");
      // one is zoomed, and both are
      await page.focus("#timeline-A");
      await page.keyboard.press("w");
      await until(page, `document.getElementById("timeline-words").textContent !== ${JSON.stringify(words)}`);
      const zoomed = await pictures();
      expect(zoomed.map((picture, i) => picture !== whole[i])).toEqual([true, true]);
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#timeline-png")]);
      expect(
        readFileSync(await download.path())
          .subarray(1, 4)
          .toString(),
      ).toBe("PNG");
      // the link brings it back, once its file is there
      const again = await page.context().newPage();
      await again.goto(page.url());
      await answered(again);
      expect(await textOf(again, "compare")).toContain("waits for the file trace.safetensors");
      await again.setInputFiles("#file", trace);
      await until(again, '[...document.querySelectorAll("#compare tbody tr")].length > 0');
      expect(await textOf(again, "compare")).toBe(await textOf(page, "compare"));
    }, `${address}#network=vgg8&batch=1&others=`));

  it("figures as PNG", () =>
    inExplorer(async (page) => {
      await answered(page);
      await page.click("#save summary");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#save-png")]);
      const png = readFileSync(await download.path());
      expect(png.subarray(1, 4).toString()).toBe("PNG");
      const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
      expect(width).toBeGreaterThan(1000);
      expect(height).toBeGreaterThan(200);
    }, `${address}#network=vgg8&batch=1&others=dense`));

  it("every MAC of a layer in time, at every zoom", () =>
    inExplorer(async (page) => {
      await page.waitForSelector("#record");
      await page.click("#record");
      await page.waitForSelector("#timeline");
      await until(page, 'document.getElementById("timeline-words").textContent !== ""');
      const picture = () => page.evaluate<string>('document.getElementById("timeline").toDataURL()');
      const whole = await picture();
      const words = await textOf(page, "timeline-words");
      expect(words).toMatch(/^Cycles 0 to [\d,]+ of [\d,]+$/);
      await page.focus("#timeline");
      await page.keyboard.press("w");
      await until(page, `document.getElementById("timeline-words").textContent !== ${JSON.stringify(words)}`);
      expect(await picture()).not.toBe(whole);
      await page.keyboard.press("0");
      await until(page, `document.getElementById("timeline-words").textContent === ${JSON.stringify(words)}`);
      expect(await picture()).toBe(whole);
      await page.hover("#timeline", { position: { x: 200, y: 5 } });
      expect(await textOf(page, "timeline-words")).toMatch(
        /^Cycle [\d,]+, column 0, PE \d+, MAC \d: .+, cycles/,
      );
    }, `${address}#network=vgg8&batch=1&others=&layer=conv_0`));

  it("a training in the page captures the step that swg train captures", () =>
    inExplorer(async (page) => {
      await page.click("#train");
      await until(page, 'location.hash.includes("digits-seed-1")');
      await answered(page);
      const report: Report = JSON.parse(await savedBy(page, "save-json"));
      const { code } = await swg(`train --seed 1 --out ${folder}`);
      expect(code).toBe(0);
      const { out } = await swg(
        `run --trace ${join(folder, "trace-after.safetensors")} --accelerators swg,dense --why --format json`,
      );
      expect(report).toEqual(JSON.parse(out));
    }, `${address}#network=vgg8&batch=1&others=dense`));
});

describe.skipIf(noChromium)("does swg explore serve it?", () => {
  it("with its trace, to this computer under its own name alone", async () => {
    const { child, ended } = startListening(`explore --trace ${trace} --no-open`);
    const [line] = await new Promise<string[]>((found) =>
      child.stdout.once("data", (data) => found(String(data).split("\n"))),
    );
    const status = async (url: string, options: RequestInit = {}) => (await fetch(url, options)).status;
    expect([await status(line), await status(`${line}x`), await status(line, { method: "POST" })]).toEqual([
      200, 404, 405,
    ]);
    const forged = execFileSync(process.execPath, [
      "-e",
      `require("http").get(${JSON.stringify(line)}, { headers: { Host: "example.org" } }, (r) => { console.log(r.statusCode); r.resume(); })`,
    ]);
    expect(String(forged).trim()).toBe("403");
    await inExplorer(async (page) => {
      await answered(page);
      expect(JSON.parse(await savedBy(page, "save-json"))).toEqual(await commandsReport(page));
    }, line);
    child.kill("SIGINT");
    expect((await ended).code).toBe(0);
  });

  it("no server is needed: the page that npm start writes has its trace in it", async () => {
    const { explorerPageWith } = await import("../src/cli/explorer-page.ts");
    const path = join(folder, "with-trace.html");
    writeFileSync(path, explorerPageWith(trace));
    await inExplorer(async (page) => {
      await answered(page);
      expect(await textOf(page, "what")).toContain("digits");
    }, pathToFileURL(path).href);
  });
});
