// Measures rows of src/hardware/logic/toggle-points.ts again and writes the file anew:
//
//   npm run logic:toggles -- TRACES [ROWS]
//
// TRACES: the folder of the three real traces that operands are taken from. ROWS: of which rows, by a part of "block,variant"
// as the file has it, such as "2 traces" or "jobChosen"; all, if it is left out. Other rows stay as they are.
// What is synthesised is kept: only blocks whose SystemVerilog changed are synthesised again.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measuredRows, toggleRows } from "../dist/rtl/toggles/toggle-rows.js";
import { toggleTraces } from "../dist/rtl/toggles/toggle-traces.js";
import { YosysThread } from "../dist/rtl/toolchain.js";

const [folder, part = ""] = process.argv.slice(2);
if (!folder) {
  console.error("usage: npm run logic:toggles -- TRACES [ROWS]");
  process.exit(1);
}
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const path = join(root, "src/hardware/logic/toggle-points.ts");
const [, head, before] = readFileSync(path, "utf8").match(/^([\s\S]*?\nblock,.*\n)([\s\S]*)`;\n$/);
/** Lines by "block,variant", in the table's order. */
const table = new Map(
  toggleRows.flatMap(({ blocks, variant }) => blocks.map((block) => [`${block},${variant}`, []])),
);
for (const line of before.trimEnd().split("\n")) table.get(line.split(",", 2).join(","))?.push(line);

const meant = toggleRows.filter(({ blocks, variant }) =>
  blocks.some((block) => `${block},${variant}`.includes(part)),
);
if (meant.length === 0) {
  console.error(`no row is of ${part}`);
  process.exit(1);
}
const started = Date.now();
const traces = toggleTraces(folder);
const thread = new YosysThread();
for (const [i, rows] of meant.entries()) {
  for (const block of rows.blocks) table.set(`${block},${rows.variant}`, []);
  const points = await measuredRows(rows, traces, thread);
  for (const point of points)
    table.get(`${point.block},${point.variant}`).push(Object.values(point).join(","));
  // what is measured stays, whatever comes later
  writeFileSync(path, `${head}${[...table.values()].flat().join("\n")}\n\`;\n`);
  const seconds = Math.round((Date.now() - started) / 1000);
  console.error(`${i + 1} of ${meant.length}, ${seconds} s: ${Object.values(points.at(-1)).join(",")}`);
}
await thread.end();
