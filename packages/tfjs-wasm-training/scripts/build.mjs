// Builds dist/, or the folder that is named: one file with the kernels in it for bundlers and Node, the same for script
// tags, and the types.
//
//   npm run build --workspace packages/tfjs-wasm-training

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..");
const root = join(folder, "..", "..");
/** Another folder, for tests that run beside each other. */
const dist = process.argv[2] ?? join(folder, "dist");

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: "inherit" });
  if (status !== 0) throw new Error(`${args.join(" ")}: failed with exit code ${status}`);
}

/** In a page with script tags the peers are one global object. */
const globalPeers = {
  name: "global-peers",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@tensorflow\// }, ({ path }) => ({ path, namespace: "global" }));
    onLoad({ filter: /.*/, namespace: "global" }, ({ path }) => ({
      contents: `module.exports = globalThis.tf${path.endsWith("backend-wasm") ? ".wasm" : ""}`,
    }));
  },
};

const common = {
  absWorkingDir: folder,
  entryPoints: ["src/index.ts"],
  bundle: true,
  target: "es2022",
  logLevel: "warning",
  legalComments: "none",
};

rmSync(dist, { recursive: true, force: true });
run(join(root, "scripts", "build-wasm.mjs"));
await build({
  ...common,
  format: "esm",
  minify: true,
  external: ["@tensorflow/*"],
  outfile: join(dist, "index.js"),
});
await build({
  ...common,
  entryPoints: ["src/script-tag.ts"],
  format: "iife",
  globalName: "tfjsWasmTraining",
  minify: true,
  plugins: [globalPeers],
  outfile: join(dist, "tfjs-wasm-training.min.js"),
});
// of the types only what is public; that of the kernels' bytes alone is as long as they are
const types = mkdtempSync(join(tmpdir(), "tfjs-wasm-training-types-"));
run(join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json", "--outDir", types);
for (const name of ["index", "profile", "without-kernel"]) {
  const text = readFileSync(join(types, `${name}.d.ts`), "utf8");
  writeFileSync(join(dist, `${name}.d.ts`), text.replaceAll('.ts";', '.js";'));
}
rmSync(types, { recursive: true });
