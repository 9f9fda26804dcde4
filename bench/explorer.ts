// npm run bench:explorer: how soon the explorer (dist/explorer.html) answers in a headless Chromium, and how soon it draws a timeline.

import { statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { noChromium, type Page, withPage } from "../test/chromium.ts";

const html = fileURLToPath(new URL("../../../dist/explorer.html", import.meta.url));
const address = pathToFileURL(html).href;
const folder = process.env.SWG_TEST_DATA;
const trace = folder && join(folder, "traces", "vgg8-cifar10-step2270.safetensors");

/** Put into the page before its own script: when something was asked last, and when it was answered and painted. */
const watch = `
  globalThis.asked = 0;
  globalThis.answeredAfter = undefined;
  let isAsked = true;
  for (const event of ["input", "change"])
    addEventListener(event, () => { asked = performance.now(); isAsked = true; answeredAfter = undefined; }, true);
  addEventListener("DOMContentLoaded", () => {
    const answer = document.getElementById("answer");
    let wasBusy = true;
    new MutationObserver(() => {
      const isBusy = answer.getAttribute("aria-busy") === "true";
      const [was, from] = [wasBusy, asked];
      wasBusy = isBusy;
      if (isBusy || !was || !isAsked || answer.dataset.answered === undefined) return;
      requestAnimationFrame(() => setTimeout(() => {
        if (from !== asked || !isAsked) return;
        isAsked = false;
        answeredAfter = performance.now() - from;
      }));
    }).observe(answer, { attributes: true });
  });`;

/** Milliseconds from the last input to the painted answer. */
const answerTime = (page: Page): Promise<number> => found(page, "answeredAfter");

/** What an expression gives once it is not undefined, or false: a page's policy lets nobody watch it from inside. */
async function found<T>(page: Page, expression: string): Promise<T> {
  const end = Date.now() + mostWaited;
  while (Date.now() < end) {
    const value = await page.evaluate<T | undefined | false>(expression);
    if (value !== undefined && value !== false) return value;
    await page.waitForTimeout(5);
  }
  throw new Error(`${expression}: nothing after ${mostWaited} ms`);
}

const mostWaited = 120_000;

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

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** vgg8's real step, opened in a page that has answered something else before; then five changes of a parameter. */
async function answers(path: string): Promise<void> {
  const firsts: number[] = [];
  const changes: number[] = [];
  const all: number[] = [];
  for (let run = 0; run < 3; run++)
    await inPage("#network=alexnet&batch=1", async (page) => {
      await settled(page);
      await page.setInputFiles("#file", path);
      firsts.push(await answerTime(page));
      await settled(page);
      // each to a machine that has not been simulated yet
      for (const slider of ["columns", "columns", "columns", "rows", "rows"]) {
        await page.focus(`#parameter-${slider}-slider`);
        await page.keyboard.press("ArrowRight");
        changes.push(await answerTime(page));
        const from = Date.now();
        await settled(page);
        all.push(changes.at(-1)! + Date.now() - from);
      }
    });
  console.log(
    `file opened to first answer: median ${seconds(median(firsts))} of ${firsts.map(seconds).join(", ")}`,
  );
  console.log(
    `slider to redrawn answer: median ${seconds(median(changes))}, slowest ${seconds(Math.max(...changes))} of ${changes.length}`,
  );
  console.log(`slider to everything: median ${seconds(median(all))}`);
}

async function madeUp(hash: string, words: string): Promise<void> {
  await inPage(hash, async (page) => {
    console.log(`${words}: answered after ${seconds(await answerTime(page))}`);
  });
}

if (noChromium) throw new Error(noChromium);
console.log(`${html}: ${statSync(html).size} bytes`);
if (trace) await answers(trace);
else console.log("SWG_TEST_DATA names no folder: vgg8's real step is left out");
await madeUp("#network=resnet50&batch=4", "ResNet-50, batch 4, made up");
