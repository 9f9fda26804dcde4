// Synthesises every row of src/hardware/logic/register-file-points.ts again and writes the file anew:
// npm run logic:registers
// What is unchanged since the last time comes from the cache.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { registerFilePoints } from "../dist/hardware/logic/register-file.js";
import { synthesisedRegisterFile } from "../dist/rtl/register-file-points.js";

const columns = ["words", "width", "reads", "writes", "logic", "flipFlops"];
const rows = [];
for (const point of registerFilePoints) {
  const synthesised = await synthesisedRegisterFile(point);
  rows.push(columns.map((column) => synthesised[column]).join(","));
  console.error(`${rows.length} of ${registerFilePoints.length}: ${rows.at(-1)}`);
}
const folder = join(dirname(fileURLToPath(import.meta.url)), "../src/hardware/logic");
const path = join(folder, "register-file-points.ts");
const [before] = readFileSync(path, "utf8").split(`${columns.join(",")}\n`);
writeFileSync(path, `${before}${columns.join(",")}\n${rows.join("\n")}\n\`;\n`);
