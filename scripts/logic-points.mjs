// Synthesises every row of src/hardware/logic/logic-points.ts again and writes the file anew: npm run logic:points
// Takes a quarter of an hour on two cores; what is unchanged since the last time comes from the cache.

import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { logicPoints } from "../dist/hardware/logic/logic-blocks.js";
import { synthesisedPoint } from "../dist/rtl/logic-points.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const path = join(root, "src/hardware/logic/logic-points.ts");
const rows = [];
for (const point of logicPoints) {
  const { block, machine, logic, flipFlops, memoryBits } = await synthesisedPoint(point);
  const given = Object.entries(machine).map((setting) => setting.join("="));
  rows.push([block, given.join(" "), logic, flipFlops, memoryBits].join(","));
  console.error(`${rows.length} of ${logicPoints.length}: ${rows.at(-1)}`);
}
const [before] = readFileSync(path, "utf8").split(/^multiplier,/m);
writeFileSync(path, `${before}${rows.join("\n")}\n\`;\n`);
