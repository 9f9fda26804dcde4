// Synthesises every row of src/hardware/logic/logic-points.ts, way-points.ts and register-file-points.ts again and writes
// the files anew:
// npm run logic:points
// Takes up to half an hour on two cores; what is unchanged since the last time comes from the cache.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { logicPoints } from "../dist/hardware/logic/logic-blocks.js";
import { wayPoints } from "../dist/hardware/logic/longest-ways.js";
import { registerFilePoints } from "../dist/hardware/logic/register-file.js";
import { synthesisedPoint, synthesisedWay } from "../dist/rtl/logic-points.js";
import { synthesisedRegisterFile } from "../dist/rtl/register-file-points.js";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../src/hardware/logic");

/** Replaces the rows of a file by those of `points`, each synthesised and made a row; `header` is the line before them. */
async function rewrite(file, header, points, rowOf) {
  const rows = [];
  for (const point of points) {
    rows.push(await rowOf(point));
    console.error(`${rows.length} of ${points.length}: ${rows.at(-1)}`);
  }
  const path = join(folder, file);
  const [before] = readFileSync(path, "utf8").split(`${header}\n`);
  writeFileSync(path, `${before}${header}\n${rows.join("\n")}\n\`;\n`);
}

const settings = (machine) =>
  Object.entries(machine)
    .map((setting) => setting.join("="))
    .join(" ");

await rewrite("logic-points.ts", "block,machine,logic,flipFlops,memoryBits", logicPoints, async (point) => {
  const { block, machine, logic, flipFlops, memoryBits } = await synthesisedPoint(point);
  return [block, settings(machine), logic, flipFlops, memoryBits].join(",");
});
await rewrite("way-points.ts", "machine,gates", wayPoints, async (point) => {
  const { machine, gates } = await synthesisedWay(point);
  return [settings(machine), gates].join(",");
});
const columns = ["words", "width", "reads", "writes", "logic", "flipFlops"];
await rewrite("register-file-points.ts", columns.join(","), registerFilePoints, async (point) => {
  const synthesised = await synthesisedRegisterFile(point);
  return columns.map((column) => synthesised[column]).join(",");
});
