import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** From left to right: a folder imports from itself and from what stands left of it. */
const order = [
  "events",
  "root",
  "workload",
  "trace",
  "training",
  "hardware",
  "kernel",
  "accelerators",
  "energy",
  "report",
  "sweep",
  "rtl",
  "paper",
  "cli",
];
/** The same one level deeper; "" are the folder's own files. A folder that is not here has no order inside. */
const rooms: Readonly<Record<string, readonly string[]>> = {
  hardware: [
    "",
    "primitives",
    "dataflow",
    "valid-data-trace",
    "balancer",
    "processing-element",
    "buffer",
    "dram",
    "schedule",
    "mapper",
    "column",
    "drain",
    "array-events",
    "array",
    "functional-check",
    "timeline",
    "baseline-blocks",
    "logic",
  ],
};
/** Files beside the folders that everything may use. */
const rootFiles = ["input-error", "parameter", "random", "system-error", "unprintable"];
const events = "events";
/** The library's tables of contents: of all but the command line, and of what a browser runs. */
const doors = ["index", "browser"];
/** What the browser's door may load besides files of src/. */
const browserPackages = ["@observablehq/plot", "fflate"];
const longest = 400;
const emptyNames = ["utils", "util", "types", "helpers", "helper", "common", "misc"];

/** One source file: its path in `src/`, with forward slashes, and its text. */
interface Source {
  readonly path: string;
  readonly text: string;
}

/** Where a file stands in the order; undefined for a folder or a root file that is not on the list. */
function placeOf(path: string): number | undefined {
  const [first, ...rest] = path.split("/");
  const name = first.replace(/(\.test)?\.ts$/, "");
  if (rest.length > 0)
    return order.includes(first) && first !== "root" && first !== events ? order.indexOf(first) : undefined;
  if (doors.includes(name)) return order.indexOf("cli");
  if (name === events) return order.indexOf(events);
  return rootFiles.includes(name) ? order.indexOf("root") : undefined;
}

/** A file's room in its folder, where rooms of the folder have an order: the folder, and the room's name. */
function roomOf(path: string): { folder: string; room: string } | undefined {
  const [folder, ...rest] = path.split("/");
  return Object.hasOwn(rooms, folder) ? { folder, room: rest.length > 1 ? rest[0] : "" } : undefined;
}

/** Whether a file imports from a room that stands to the right of its own in the same folder. */
function leavesItsRoom(path: string, target: string): boolean {
  const [from, to] = [roomOf(path), roomOf(target)];
  if (!from || from.folder !== to?.folder) return false;
  const order = rooms[from.folder];
  return order.indexOf(to.room) > order.indexOf(from.room);
}

/** Paths in `src/` that a file imports or exports from; packages and files outside `src/` are left out. */
function importsOf({ path, text }: Source): string[] {
  const specifiers = text.matchAll(/(?:^|[\s;}])(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g);
  return Array.from(specifiers, ([, specifier]) => posix.join(posix.dirname(path), specifier)).filter(
    (target) => !target.startsWith(".."),
  );
}

/** Packages, those of Node among them, that a file loads; what it imports for types alone is gone when it runs. */
function packagesOf({ text }: Source): string[] {
  const imports = text.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^;]*?\sfrom\s+)?"([^."][^"]*)"/gm);
  const loaded = text.matchAll(/\bimport\(\s*"([^."][^"]*)"\s*\)/g);
  return [...imports, ...loaded].map(([, name]) => name);
}

/** The files that one file loads, itself among them, by whatever way. */
function reachedFrom(entry: string, sources: readonly Source[]): Source[] {
  const known = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set([entry]);
  for (const path of reached)
    for (const target of importsOf(known.get(path)!)) if (known.has(target)) reached.add(target);
  return Array.from(reached, (path) => known.get(path)!);
}

/** Every rule that a file breaks, one line each. */
const brokenRules = (source: Source): string[] => [
  ...brokenPlace(source),
  ...(source.path.endsWith(".ts") ? [...brokenImports(source), ...brokenForm(source)] : []),
];

function brokenPlace({ path }: Source): string[] {
  const broken: string[] = [];
  if (placeOf(path) === undefined) broken.push(`${path}: is in no folder of the list: ${order.join(", ")}`);
  const room = roomOf(path);
  if (room && !rooms[room.folder].includes(room.room))
    broken.push(`${path}: is in no room of ${room.folder}/: ${rooms[room.folder].join(", ")}`);
  return broken;
}

function brokenImports(source: Source): string[] {
  const { path } = source;
  const place = placeOf(path) ?? Number.POSITIVE_INFINITY;
  return importsOf(source).flatMap((target) => [
    ...((placeOf(target) ?? 0) > place ? [`${path}: imports ${target}, which stands to its right`] : []),
    ...(leavesItsRoom(path, target) ? [`${path}: imports ${target}, a room to its right`] : []),
  ]);
}

/** Length, names and exports. */
function brokenForm({ path, text }: Source): string[] {
  const broken: string[] = [];
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  if (lines > longest) broken.push(`${path}: must have at most ${longest} lines, has ${lines}`);
  const name = basename(path).replace(/\..*$/, "");
  if (emptyNames.includes(name)) broken.push(`${path}: must be named after what it holds`);
  for (const part of path.replace(/(\.long)?(\.test)?\.[a-z]+$/, "").split("/"))
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(part)) broken.push(`${path}: ${part} must be in kebab-case`);
  if (/^export\s+default\b|^export\s*\{[^}]*\bdefault\b/m.test(text) && !path.startsWith("accelerators/"))
    broken.push(`${path}: a default export is a machine's, in accelerators/`);
  return broken;
}

describe("does src/ keep the rules of the house?", () => {
  const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "src");
  const sources = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: relative(folder, path).split(sep).join("/"), text: readFileSync(path, "utf8") }));

  it("every file does", () => {
    expect(sources.flatMap(brokenRules)).toEqual([]);
  });

  it("and the imports are seen at all", () => {
    expect(sources.flatMap(importsOf).length).toBeGreaterThan(sources.length);
  });

  it("nothing that swg-sim/browser reaches needs Node, or a package that does", () => {
    const reached = reachedFrom("browser.ts", sources);
    expect(reached.length).toBeGreaterThan(150);
    expect(new Set(reached.flatMap(packagesOf))).toEqual(new Set(browserPackages));
  });

  it("and what needs it is seen", () => {
    expect(reachedFrom("index.ts", sources).flatMap(packagesOf)).toContain("node:fs");
  });
});

describe("is each rule able to fail?", () => {
  const rules = (path: string, text = "") => brokenRules({ path, text });

  it("an import to the right", () => {
    const right = "trace/file.ts: imports hardware/dram/port.ts, which stands to its right";
    expect(rules("trace/file.ts", 'import { Port } from "../hardware/dram/port.ts";')).toEqual([right]);
    expect(rules("trace/file.ts", 'export * from "../hardware/dram/port.ts";')).toEqual([right]);
    expect(rules("trace/file.ts", 'const p = await import("../hardware/dram/port.ts");')).toEqual([right]);
    expect(rules("trace/file.ts", 'import "../hardware/dram/port.ts";')).toEqual([right]);
    expect(rules("trace/file.ts", 'import {\n  Port,\n} from "../hardware/dram/port.ts";')).toEqual([right]);
    expect(rules("events.ts", 'import { x } from "./random.ts";')).toHaveLength(1);
    expect(rules("report/text.ts", 'import { x } from "../index.ts";')).toHaveLength(1);
  });

  it("imports to the left, within a folder, and of packages are fine", () => {
    expect(rules("hardware/dram/port.ts", 'import { Trace } from "../../trace/trace.ts";')).toEqual([]);
    expect(rules("hardware/dram/port.ts", 'import { Port } from "../buffer/port.ts";')).toEqual([]);
    expect(rules("hardware/dram/port.ts", 'import { unknownName } from "../../input-error.ts";')).toEqual([]);
    expect(rules("trace/file.test.ts", 'import { tiny } from "../../test/data/tiny-trace.ts";')).toEqual([]);
    expect(rules("trace/file.ts", 'import { join } from "node:path";')).toEqual([]);
    expect(rules("index.ts", 'export { main } from "./cli/main.ts";')).toEqual([]);
  });

  it("an import of a room to the right", () => {
    const right = "hardware/dataflow/mapping.ts: imports hardware/column/column.ts, a room to its right";
    expect(rules("hardware/dataflow/mapping.ts", 'import { C } from "../column/column.ts";')).toEqual([
      right,
    ]);
    expect(rules("hardware/column/column.ts", 'import { M } from "../dataflow/mapping.ts";')).toEqual([]);
    expect(rules("hardware/parameters.ts", 'import { M } from "./dataflow/mapping.ts";')).toHaveLength(1);
    expect(rules("hardware/cellar/pump.ts")).toHaveLength(1);
  });

  it("a folder that is not on the list", () => {
    const list = `is in no folder of the list: ${order.join(", ")}`;
    expect(rules("tools/port.ts")).toEqual([`tools/port.ts: ${list}`]);
    expect(rules("root/port.ts")).toEqual([`root/port.ts: ${list}`]);
    expect(rules("another.ts")).toEqual([`another.ts: ${list}`]);
    expect(rules("tools/port.sv")).toEqual([`tools/port.sv: ${list}`]);
    expect(rules("hardware/dram/dram_port.sv")).toEqual([]);
  });

  it("a file that is too long", () => {
    expect(rules("trace/file.ts", "\n".repeat(400))).toEqual([]);
    expect(rules("trace/file.ts", "\n".repeat(401))).toEqual([
      "trace/file.ts: must have at most 400 lines, has 401",
    ]);
  });

  it.each(["utils", "types", "helpers"])("a file named %s", (name) => {
    expect(rules(`trace/${name}.ts`)).toEqual([`trace/${name}.ts: must be named after what it holds`]);
    expect(rules(`trace/${name}.test.ts`)).toHaveLength(1);
  });

  it("a name that is not in kebab-case", () => {
    expect(rules("trace/traceFile.ts")).toEqual(["trace/traceFile.ts: traceFile must be in kebab-case"]);
    expect(rules("trace/trace_file.test.ts")).toHaveLength(1);
    expect(rules("hardware/DRAM/port.ts")).toHaveLength(2);
    expect(rules("trace/file.long.test.ts")).toEqual([]);
  });

  it("a default export outside of accelerators/", () => {
    const line = "trace/file.ts: a default export is a machine's, in accelerators/";
    expect(rules("trace/file.ts", "export default 1;")).toEqual([line]);
    expect(rules("trace/file.ts", "export { file as default };")).toEqual([line]);
    expect(rules("accelerators/swg.ts", "export default accelerator({});")).toEqual([]);
  });
});
