// npm run bench:explorer [-- timeline|answers|resnet50|resnet50-32]: how soon the explorer (dist/explorer.html) answers in a headless Chromium, and how soon it draws a timeline.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { noChromium, type Page, withPage } from "../test/chromium.ts";

const html = fileURLToPath(new URL("../../../dist/explorer.html", import.meta.url));
const address = pathToFileURL(html).href;
const folder = process.env.SWG_TEST_DATA;
const trace = folder && join(folder, "traces", "vgg8-cifar10-step2270.safetensors");

/** Put into the page before its own script: when something was asked last, and when it was answered and painted. */
const watch = `
  globalThis.asked = 0;
  globalThis.answeredAfter = undefined;
  globalThis.firstAfter = undefined;
  let isAsked = true;
  for (const event of ["input", "change"])
    addEventListener(event, () => {
      asked = performance.now();
      isAsked = true;
      answeredAfter = firstAfter = undefined;
    }, true);
  const painted = (from, then) =>
    requestAnimationFrame(() => setTimeout(() => from === asked && isAsked && then(performance.now() - from)));
  addEventListener("DOMContentLoaded", () => {
    const answer = document.getElementById("answer");
    let wasBusy = true;
    new MutationObserver(() => {
      const isBusy = answer.getAttribute("aria-busy") === "true";
      const was = wasBusy;
      wasBusy = isBusy;
      if (isBusy && answer.dataset.answered === "untried") painted(asked, (after) => { firstAfter ??= after; });
      if (isBusy || !was || answer.dataset.answered === undefined) return;
      painted(asked, (after) => {
        isAsked = false;
        answeredAfter = after;
      });
    }).observe(answer, { attributes: true });
  });`;

/** Milliseconds from the last input to the painted answer. */
const answerTime = (page: Page): Promise<number> => found(page, "answeredAfter");

/** The same to the first answer, with mappings of which no others were tried yet. */
const firstTime = (page: Page): Promise<number> => found(page, "firstAfter ?? answeredAfter");

/** What an expression gives once it is not undefined, or false: a page's policy lets nobody watch it from inside. */
async function found<T>(page: Page, expression: string): Promise<T> {
  const end = Date.now() + mostWaited;
  while (Date.now() < end) {
    const value = await page.evaluate<T | undefined | false>(expression);
    if (value !== undefined && value !== false) return value;
    await page.waitForTimeout(askedEvery);
  }
  throw new Error(`${expression}: nothing after ${mostWaited} ms`);
}

const mostWaited = 120_000;
/** Milliseconds; the page notes times itself, and to ask it more often takes time of the cores that it is measured on. */
const askedEvery = 50;

/** Until nothing is simulated any more. */
const settled = (page: Page): Promise<boolean> =>
  found(
    page,
    `document.getElementById("answer").getAttribute("aria-busy") === "false" &&
     document.getElementById("status").textContent === ""`,
  );

const inPage = <R>(hash: string, use: (page: Page) => Promise<R>): Promise<R> =>
  withPage(async (page) => {
    await page.addInitScript(watch);
    await page.goto(address + hash);
    return await use(page);
  });

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;

/**
 * vgg8's real step, opened in a page that has answered something else before; then changes of a parameter, each to a machine that has not
 * been simulated yet, one after the other's answer: what is still run for the last one is in the way of the next, as for a reader.
 */
async function answers(path: string): Promise<void> {
  await inPage("#network=alexnet&batch=1&others=", async (page) => {
    await settled(page);
    await page.setInputFiles("#file", path);
    const opened = await firstTime(page);
    console.log(
      `file opened to first answer: ${seconds(opened)}, of the best mappings: ${seconds(await answerTime(page))}`,
    );
    const changes: number[] = [];
    const first: number[] = [];
    for (const slider of ["columns", "columns", "columns", "rows", "rows"]) {
      await page.focus(`#parameter-${slider}-slider`);
      await page.keyboard.press("ArrowRight");
      first.push(await firstTime(page));
      changes.push(await answerTime(page));
    }
    console.log(`slider to redrawn answer: ${first.map(seconds).join(", ")}`);
    console.log(`slider to the answer of the best mappings: ${changes.map(seconds).join(", ")}`);
  });
}

async function madeUp(hash: string, words: string): Promise<void> {
  await inPage(hash, async (page) => {
    const first = await firstTime(page);
    console.log(
      `${words}: answered after ${seconds(first)}, of the best mappings after ${seconds(await answerTime(page))}`,
    );
    console.log(
      `${words}: ${Math.round(residentMib())} MiB resident, all processes of the browser, after that`,
    );
  });
}

/** Of every process that this one started, and those that they did: Linux alone says it. */
function residentMib(): number {
  if (!existsSync("/proc")) return Number.NaN;
  const stats = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, "utf8");
        const numberOf = (name: string) =>
          Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
        return [
          { pid: Number(pid), parent: numberOf("PPid"), kib: numberOf("RssAnon") + numberOf("RssShmem") },
        ];
      } catch {
        // it has ended
        return [];
      }
    });
  const own = new Set([process.pid]);
  for (let size = 0; size < own.size; ) {
    size = own.size;
    for (const { pid, parent } of stats) if (own.has(parent)) own.add(pid);
  }
  return stats.reduce((sum, { pid, kib }) => sum + (own.has(pid) && pid !== process.pid ? kib : 0), 0) / 1024;
}

/** In the page: milliseconds of each of 100 frames while keys zoom in, move and zoom out, from its begin until after it is painted. */
const frames = `(async () => {
  const canvas = document.getElementById("timeline");
  canvas.scrollIntoView();
  const keys = [..."aaaaawwwwwdddddwwwwwaaaaawwwwwdddddsssssaaaaasssssdddddsssssaaaaawwwwwdddddsssssaaaaawwwwwdddddsssss"];
  const times = [];
  for (const key of keys)
    times.push(await new Promise((found) => {
      let from;
      requestAnimationFrame(() => { from = performance.now(); });
      canvas.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => found(performance.now() - from);
        port2.postMessage(0);
      });
    }));
  return times;
})()`;

/** The layer of the most dense MACs in time, the whole array, in a window as wide as a large screen. */
async function timeline(path: string): Promise<void> {
  await inPage("#network=alexnet&batch=1&others=", async (page) => {
    await page.setViewportSize({ width: 1920, height: 1080 });
    await page.setInputFiles("#file", path);
    await settled(page);
    await page.click("#layer-3");
    await page.click("#record");
    await page.waitForSelector("#timeline", { timeout: mostWaited });
    await settled(page);
    const times = (await page.evaluate<number[]>(frames)).sort((a, b) => a - b);
    const size = await page.evaluate<string>(
      '(({ width, height }) => width + " x " + height + " pixels")(document.getElementById("timeline"))',
    );
    const at = (share: number) => `${times[Math.ceil(share * times.length) - 1].toFixed(1)} ms`;
    console.log(
      `timeline of conv_8, ${size}: ${times.length} frames, median ${at(0.5)}, 95th percentile ${at(0.95)}`,
    );
  });
}

if (noChromium) throw new Error(noChromium);
console.log(
  `${html}: ${gzipSync(readFileSync(html), { level: 9 }).length} bytes, gzip; load ${loadavg()[0].toFixed(1)} on ${cpus().length} cores`,
);
const [only] = process.argv.slice(2);
const parts: Readonly<Record<string, () => Promise<void>>> = {
  ...(trace && { timeline: () => timeline(trace), answers: () => answers(trace) }),
  resnet50: () => madeUp("#network=resnet50&batch=4&others=", "ResNet-50, batch 4, made up"),
  "resnet50-32": () => madeUp("#network=resnet50&batch=32&others=", "ResNet-50, batch 32, made up"),
};
if (!trace) console.log("SWG_TEST_DATA names no folder: vgg8's real step is left out");
for (const [name, measure] of Object.entries(parts)) if (only === undefined || name === only) await measure();
