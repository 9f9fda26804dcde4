import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "../../src/cli/exploration/point-store.ts";
import { InputError } from "../../src/input-error.ts";
import { parseCondition } from "../../src/sweep/condition.ts";
import { meanOf, measures } from "../../src/sweep/measures.ts";
import { texts } from "./text-readers.ts";

const values: Readonly<Record<string, number | string | boolean>> = {
  columns: 8,
  rows: 4,
  vdt: "both",
  intraColumn: true,
  "dense.macs": 256,
};
const lookup = (name: string) => (Object.hasOwn(values, name) ? values[name] : undefined);

const conditionTexts = [
  "columns*rows <= 256 && dense.macs % columns == 0",
  'vdt != "none" || !(intraColumn && log2(rows) > 1)',
  "min(columns, rows, 3) - -abs(rows - 7) / 2 >= max(1, 0.5)",
];

export const condition = texts("conditions of a search", conditionTexts, false, (text) => {
  for (const part of parseCondition(text, lookup, Object.keys(values)))
    if (typeof part.holds(lookup) !== "boolean") throw new Error("is neither true nor false");
});

const work = { cycles: 100, energyPj: 2000, onChipPj: 1000 };
const machine = { clockMhz: 200, multipliers: 32, areaMm2: 1.5, works: [work, work] };
const validWork = { validMacs: 3000, boundCycles: 94 };
const lines = [
  { id: "0123456789abcdef01234567", result: { machines: { swg: machine }, works: [validWork, validWork] } },
  { id: "89abcdef0123456701234567", impossible: "layer conv4: no mapping" },
  { search: { axes: ["swg.columns=4,8"], flags: { node: "65", accelerators: "swg" } } },
].map((line) => JSON.stringify(line));

/** What a store takes from a file must have every number that is read of it later. */
export const stored = texts("lines of a store", lines, true, (text) => {
  const folder = mkdtempSync(join(tmpdir(), "swg-fuzz-"));
  try {
    writeFileSync(join(folder, "fuzzed.jsonl"), `${text}\n`);
    const store = openStore(folder);
    if (store.points + store.searches.length === 0) throw new InputError("no line of a store");
    const { id, result } = JSON.parse(text);
    if (store.points === 0 || !result) return;
    store.outcomeOf(id);
    for (const label of Object.keys(result.machines))
      for (const name of Object.keys(measures))
        if (typeof meanOf(name, result, label) !== "number") throw new Error(`has no ${name}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
