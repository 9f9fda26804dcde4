// Measures every row of src/hardware/logic/toggle-points.ts again and writes the file anew:
//
//   npm run logic:toggles -- TRACES    TRACES: the folder of the three real traces that operands are taken from
//
// What is synthesised is kept: only blocks whose SystemVerilog changed are synthesised again.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measuredRows, toggleRows } from "../dist/rtl/toggles/toggle-rows.js";
import { toggleTraces } from "../dist/rtl/toggles/toggle-traces.js";
import { YosysThread } from "../dist/rtl/toolchain.js";

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error("usage: npm run logic:toggles -- TRACES");
  process.exit(1);
}
const started = Date.now();
const traces = toggleTraces(folder);
const lines = [];
const thread = new YosysThread();
for (const [i, rows] of toggleRows.entries()) {
  for (const point of await measuredRows(rows, traces, thread)) lines.push(Object.values(point).join(","));
  const seconds = Math.round((Date.now() - started) / 1000);
  console.error(`${i + 1} of ${toggleRows.length}, ${seconds} s: ${lines.at(-1)}`);
}
await thread.end();
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const path = join(root, "src/hardware/logic/toggle-points.ts");
const head = readFileSync(path, "utf8").match(/^[\s\S]*?\nblock,.*\n/)[0];
writeFileSync(path, `${head}${lines.join("\n")}\n\`;\n`);
