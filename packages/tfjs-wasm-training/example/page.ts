// Shows a training: the loss, what a step takes each way, and what skipping saves by layer.

import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import type { Profile } from "tfjs-wasm-training";
import { choose, profiledStep, recordedStep, trainStep } from "./training.ts";
import { type Way, ways } from "./ways.ts";

/** Steps between two profiles, which take longer than a step. */
const profileEvery = 20;
const timesKept = 15;

const element = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
const run = element<HTMLButtonElement>("run");
const record = element<HTMLButtonElement>("record");
const choice = element<HTMLSelectElement>("way");

const losses: number[] = [];
const times = new Map<Way, number[]>(ways.map((way) => [way, []]));
let running = false;
/** Recording waits for the step that is on its way, as both use the model. */
let work = Promise.resolve();

const way = () => choice.value as Way;
const say = (text: string) => {
  element("said").textContent = text;
};

/** Does one piece of work behind those before it, and says what failed. */
function behind(next: () => Promise<void>): Promise<void> {
  work = work.then(next).catch((error: unknown) => {
    running = false;
    run.textContent = "Start";
    say(String(error));
  });
  return work;
}

async function step(): Promise<void> {
  const { loss, ms } = await trainStep();
  losses.push(loss);
  times.set(way(), [...times.get(way())!, ms].slice(-timesKept));
  say(`step ${losses.length}, loss ${loss.toFixed(3)}`);
  draw();
  showTimes();
  if (losses.length % profileEvery === 1 && way() === ways[0]) showLayers(await profiledStep());
}

async function train(): Promise<void> {
  while (running) {
    await behind(step);
    // the page stays alive between steps
    await new Promise((resolve) => setTimeout(resolve));
  }
}

function draw(): void {
  const canvas = element<HTMLCanvasElement>("losses");
  const { width, height } = canvas;
  const context = canvas.getContext("2d")!;
  context.clearRect(0, 0, width, height);
  const most = Math.max(...losses);
  context.beginPath();
  for (const [i, loss] of losses.entries())
    context.lineTo((i / Math.max(losses.length - 1, 1)) * width, height * (1 - loss / most));
  context.lineWidth = 3;
  context.stroke();
}

function showRows(id: string, head: readonly string[], rows: readonly (readonly (string | number)[])[]) {
  const row = (cells: readonly (string | number)[], tag: string) => {
    const line = document.createElement("tr");
    for (const cell of cells) {
      const made = document.createElement(tag);
      made.textContent = typeof cell === "number" ? cell.toFixed(1) : cell;
      if (typeof cell === "number") made.className = "number";
      line.append(made);
    }
    return line;
  };
  element(id).replaceChildren(row(head, "th"), ...rows.map((cells) => row(cells, "td")));
}

const median = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

function showTimes(): void {
  const rows = ways.map((name) => [name, median(times.get(name)!) ?? "not yet"]);
  showRows("times", ["by", `ms, median of the last ${timesKept}`], rows);
}

function showLayers({ layers }: Profile): void {
  const percent = (share: number | undefined) => (share === undefined ? "" : 100 * share);
  const rows = layers.map(({ kernel, layer = "", density, method, ms, savedMs }) => [
    layer,
    kernel,
    percent(density.fmap),
    percent(density.emap),
    method,
    ms,
    savedMs,
  ]);
  showRows("layers", ["layer", "kernel", "fmap %", "emap %", "from", "ms", "saved ms"], rows);
}

async function download(): Promise<void> {
  const url = URL.createObjectURL(new Blob([await recordedStep()]));
  const link = document.createElement("a");
  link.href = url;
  link.download = "digits.safetensors";
  link.click();
  URL.revokeObjectURL(url);
  say("wrote digits.safetensors: npx swg run --trace digits.safetensors");
}

choice.append(...ways.map((name) => new Option(name)));
choice.addEventListener("change", () => behind(() => choose(way())));
record.addEventListener("click", () => behind(download));
run.addEventListener("click", () => {
  running = !running;
  run.textContent = running ? "Stop" : "Start";
  if (running) void train();
});
showTimes();
setWasmPaths("wasm/");
void behind(async () => {
  await choose(way());
  say("ready");
});
