// What the engine's AssemblyScript needs of src/kernel/layout.ts, as text.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Compiles the declaration, since this runs before anything is built, and loads it. */
async function declaredLayout() {
  const out = join(root, "out", "layout");
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const flags = [
    "--ignoreConfig",
    "--module",
    "nodenext",
    "--target",
    "es2023",
    "--rewriteRelativeImportExtensions",
  ];
  const places = ["--rootDir", join(root, "src"), "--outDir", out, join(root, "src", "kernel", "layout.ts")];
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [compiler, ...flags, ...places], {
    cwd: root,
    encoding: "utf8",
  });
  if (error || status !== 0) throw error ?? new Error(`src/kernel/layout.ts: ${stdout}${stderr}`);
  return import(pathToFileURL(join(out, "kernel", "layout.js")).href);
}

const capital = (name) => name[0].toUpperCase() + name.slice(1);
const small = (name) => name[0].toLowerCase() + name.slice(1);
/** An address is as wide as a pointer. */
const typeOf = (width) => (width === "address" ? "usize" : width);

/** The class of a record, with a way to each element of its lists, and the record's place. */
function recordText(name, fields, { placesOf, isList, elementOf }) {
  const { offsets, bytes } = placesOf(fields);
  const lists = Object.entries(fields).filter(([, field]) => isList(field));
  const element = (field) => typeOf(elementOf(fields[field]));
  const checks = Object.entries(offsets).map(([field, at]) => `offsetof<${name}>("${field}") !== ${at}`);
  return [
    ...lists.map(([field]) => `export type ${name}${capital(field)} = ${element(field)};`),
    "@unmanaged",
    `export class ${name} {`,
    ...Object.entries(fields).map(([field, type]) => `  ${field}: ${isList(type) ? "usize" : typeOf(type)};`),
    ...lists.flatMap(([field]) => [
      "  @inline",
      `  ${field}At(i: i32): ${element(field)} {`,
      `    return load<${element(field)}>(this.${field} + <usize>i * sizeof<${element(field)}>());`,
      "  }",
      "  @inline",
      `  set${capital(field)}At(i: i32, value: ${element(field)}): void {`,
      `    store<${element(field)}>(this.${field} + <usize>i * sizeof<${element(field)}>(), value);`,
      "  }",
    ]),
    "}",
    `export const ${small(name)}: ${name} = changetype<${name}>(memory.data(${bytes}));`,
    `if (${checks.join(" || ")}) ERROR("${name} does not lie as layout.ts says");`,
    "",
  ];
}

/** `src/kernel/assembly/layout.ts` */
export async function assemblyLayout() {
  const layout = await declaredLayout();
  const { records, causes, constants, layoutNumber } = layout;
  const lines = [
    "// Written by scripts/build-wasm.mjs from ../layout.ts, where all of it is explained.",
    "",
    ...Object.entries(records).flatMap(([name, fields]) => recordText(name, fields, layout)),
    "export function placeOf(record: i32): usize {",
    ...Object.keys(records).map(
      (name, i) => `  if (record === ${i}) return changetype<usize>(${small(name)});`,
    ),
    "  return 0;",
    "}",
    `export const enum Cause { ${causes.join(", ")} }`,
    `export const causeCount: i32 = ${causes.length};`,
    ...Object.entries(constants).map(([name, value]) => `export const ${name}: i32 = ${value};`),
    `export const layoutNumber: i32 = ${layoutNumber};`,
    "",
  ];
  return lines.join("\n");
}
