// Builds the example page into out/example, or the folder that is named, and serves it:
//
//   npm run example --workspace packages/tfjs-wasm-training
//   node scripts/example.mjs FOLDER     builds only

import { cpSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { context } from "esbuild";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = process.argv[2] ?? join(folder, "out", "example");
const backend = dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json"));

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, "wasm"), { recursive: true });
cpSync(join(folder, "example", "index.html"), join(out, "index.html"));
for (const kind of ["", "-simd", "-threaded-simd"]) {
  const name = `tfjs-backend-wasm${kind}.wasm`;
  cpSync(join(backend, "dist", name), join(out, "wasm", name));
}
const page = await context({
  absWorkingDir: folder,
  entryPoints: ["example/page.ts"],
  bundle: true,
  minify: true,
  format: "iife",
  platform: "browser",
  define: { global: "globalThis" },
  alias: { "tfjs-wasm-training": "./src/index.ts" },
  outfile: join(out, "page.js"),
  logLevel: "warning",
});
await page.rebuild();
if (process.argv[2]) await page.dispose();
else {
  const { port } = await page.serve({ servedir: out, host: "127.0.0.1" });
  console.log(`http://127.0.0.1:${port}/`);
}
