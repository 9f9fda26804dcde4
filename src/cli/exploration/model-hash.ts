import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** What decides the numbers of a point, with all that these files import: machines, kernels, prices, traces, networks. */
const roots = [
  "sweep/point-evaluator",
  "cli/engines",
  "cli/network-file",
  "report/equal-area",
  "trace/file",
  "trace/synthetic",
];

let hash: string | undefined;

/** Of all files of the program that runs, built or as sources, that have a say in a point's numbers. A text that is worded anew leaves it. */
export function modelHash(): string {
  hash ??= hashOf(modelFiles());
  return hash;
}

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Paths of the files, sorted. */
export function modelFiles(): string[] {
  const ending = extname(fileURLToPath(import.meta.url));
  const found = new Set(roots.map((root) => join(folder, `${root}${ending}`)));
  for (const path of found) for (const imported of importsOf(path)) found.add(imported);
  return [...found].sort();
}

/** Files beside a file that it imports when it is loaded; types alone are not loaded. */
function importsOf(path: string): string[] {
  const imports = readFileSync(path, "utf8").matchAll(
    /^(?:import|export)\s+(?!type\b)(?:[^;]*?\sfrom\s+)?["'](\.[^"']+)["']/gm,
  );
  return Array.from(imports, ([, specifier]) => normalize(join(dirname(path), specifier))).filter(existsSync);
}

function hashOf(paths: readonly string[]): string {
  const content = createHash("sha256");
  for (const path of paths) content.update(`${relative(folder, path)}\n`).update(readFileSync(path));
  return content.digest("hex");
}
