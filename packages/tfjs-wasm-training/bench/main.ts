// npm run bench --workspace packages/tfjs-wasm-training -- [what ...] [--rounds N] [--json FILE]
//
// What: `layers`, `steps`, the name of a network, or a trace's file; `layers` and `steps` by default. CPU time of one thread,
// candidates one after the other, the least of N rounds (15). `threads`: time by the clock in Chromium, of one and of two.
// `digits`: the training of swg-sim itself.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import * as tf from "@tensorflow/tfjs-core";
import "../src/index.ts";
import { registerBaselines } from "./baselines.ts";
import { benchDigits } from "./digits.ts";
import { benchLayers } from "./layers.ts";
import { startPyTorch } from "./pytorch.ts";
import { benchSteps, type MeasuredNetwork, measuredNetworks } from "./steps.ts";
import { type Row, table } from "./table.ts";
import { benchThreads } from "./threads.ts";
import { benchTrace } from "./traces.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "15" }, json: { type: "string" } },
});
const rounds = Number(values.rounds);
if (!Number.isInteger(rounds) || rounds < 1)
  throw new Error(`--rounds must be a number from 1, is ${values.rounds}`);

await tf.setBackend("wasm");
registerBaselines();
const torch = await startPyTorch(join(import.meta.dirname, "..", "bench", "pytorch.py"));
console.log(
  `TensorFlow.js ${tf.version_core}, Node ${process.versions.node}, ${torch ? `PyTorch ${torch.version} on one thread` : "no PyTorch"}; ms of CPU, least of ${rounds}`,
);

const results: Record<string, readonly Row[]> = {};
const isNetwork = (what: string): what is MeasuredNetwork =>
  measuredNetworks.includes(what as MeasuredNetwork);
for (const what of positionals.length > 0 ? positionals : ["layers", "steps"]) {
  if (what === "layers") results[what] = await benchLayers(rounds);
  else if (what === "steps") results[what] = await benchSteps(measuredNetworks, rounds, torch);
  else if (what === "digits") results[what] = await benchDigits(rounds);
  else if (what === "threads") results[what] = await benchThreads(rounds);
  else if (isNetwork(what)) results[what] = await benchSteps([what], rounds, torch);
  else results[what] = await benchTrace(what, rounds, torch);
  console.log(`\n${table(results[what])}`);
}
torch?.close();
if (values.json) writeFileSync(values.json, `${JSON.stringify({ rounds, results }, null, 2)}\n`);
