import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Test data too large for the repository lies in the folder that SWG_TEST_DATA names (`traces/`, `oracle/`, `facts/`).
 * Without it the tests that need it are left out, and say so in one line.
 */
const folder = process.env.SWG_TEST_DATA;
if (!folder)
  console.warn("SWG_TEST_DATA names no folder: tests on the shared traces and the oracle are left out");

/** A folder of test data; undefined without SWG_TEST_DATA. */
export function sharedFolder(name: string): string | undefined {
  const path = folder && join(folder, name);
  return path && existsSync(path) ? path : undefined;
}

/** The real training traces in `traces/`, by name; empty without SWG_TEST_DATA. */
export function sharedTraces(): { name: string; path: string }[] {
  if (!folder) return [];
  return readdirSync(join(folder, "traces"))
    .filter((file) => file.endsWith(".safetensors"))
    .sort()
    .map((file) => ({ name: file.replace(/\.safetensors$/, ""), path: join(folder, "traces", file) }));
}

/** The 48 small cases with PyTorch's gradients in float64; undefined without SWG_TEST_DATA. */
export function oraclePath(): string | undefined {
  const path = folder && join(folder, "oracle", "conv2d-weight-gradient.safetensors");
  return path && existsSync(path) ? path : undefined;
}

/** The rows of a table in `facts/`, each by its column names; empty without SWG_TEST_DATA. */
export function sharedFacts(name: string): Record<string, string>[] {
  if (!folder) return [];
  const [head, ...rows] = readFileSync(join(folder, "facts", `${name}.csv`), "utf8")
    .trim()
    .split(/\r?\n/);
  const columns = head.split(",");
  return rows.map((row) => {
    const fields = row.split(",");
    return Object.fromEntries(columns.map((column, i) => [column, fields[i]]));
  });
}
