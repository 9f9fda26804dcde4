// Compiles the AssemblyScript in each folder assembly/ to WebAssembly and writes the bytes into a TypeScript file beside
// it, from where Node and browsers take them alike: node scripts/build-wasm.mjs
// Before that it writes what the engine needs of src/kernel/layout.ts, so that host and engine cannot differ in it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { assemblyLayout } from "./assembly-layout.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = [
  { folder: "src/kernel", name: "engine" },
  { folder: "bench/tiled-gradient", name: "tiled-gradient" },
  {
    folder: "packages/tfjs-wasm-training/src",
    name: "kernels",
    // runs in the memory of TensorFlow.js's backend, which has at most so many pages
    flags:
      "--enable threads --importMemory --sharedMemory --maximumMemory 65536 --noExportMemory --converge".split(
        " ",
      ),
    // longer than base64, but a fifth shorter once it is compressed, as all that is published is
    encoding: "hex",
  },
];

/** Leaves a file alone that is as it should be, so that nothing is built anew for it. */
function write(target, text) {
  if (!existsSync(target) || readFileSync(target, "utf8") !== text) writeFileSync(target, text);
}

write(join(root, "src", "kernel", "assembly", "layout.ts"), await assemblyLayout());
for (const { folder, name, flags = [], encoding = "base64" } of modules) {
  const files = new Map();
  const { error, stderr } = await asc.main(
    [
      `${folder}/assembly/${name}.ts`,
      "--baseDir",
      root,
      "--outFile",
      "module.wasm",
      "-O3",
      "--noAssert",
      "--runtime",
      "stub",
      "--enable",
      "simd",
      ...flags,
      ...process.argv.slice(2),
    ],
    { writeFile: (file, contents) => files.set(file, contents) },
  );
  if (error) {
    process.stderr.write(stderr.toString());
    throw error;
  }
  const bytes = Buffer.from(files.get("module.wasm")).toString(encoding);
  const constant = `${name.replace(/-(.)/g, (_, letter) => letter.toUpperCase())}Bytes`;
  const text = `/** Compiled from assembly/ by scripts/build-wasm.mjs. */\nexport const ${constant} =\n  "${bytes}";\n`;
  write(join(root, folder, `${name}-bytes.ts`), text);
}
