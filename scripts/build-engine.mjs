// Compiles src/kernel/assembly/ to WebAssembly and writes the bytes into src/kernel/engine-bytes.ts, from where Node
// and browsers take them alike: node scripts/build-engine.mjs

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const target = join(root, "src", "kernel", "engine-bytes.ts");

const files = new Map();
const { error, stderr } = await asc.main(
  [
    ...["src/kernel/assembly/engine.ts", "--baseDir", root, "--outFile", "engine.wasm"],
    ...["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd"],
    ...process.argv.slice(2),
  ],
  { writeFile: (name, contents) => files.set(name, contents) },
);
if (error) {
  process.stderr.write(stderr.toString());
  throw error;
}
const base64 = Buffer.from(files.get("engine.wasm")).toString("base64");
const text = `/** The engine, compiled from assembly/ by scripts/build-engine.mjs. */\nexport const engineBytes =\n  "${base64}";\n`;
if (!existsSync(target) || readFileSync(target, "utf8") !== text) writeFileSync(target, text);
