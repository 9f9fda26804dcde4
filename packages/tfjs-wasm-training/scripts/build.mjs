// Builds dist/, or the folder that is named: a module and its WebAssembly as text for bundlers and Node, both in one file
// for script tags, and the types.
//
// The three files are in the tarball one behind the other by their names: index.js, tfjs-wasm-training.min.js with the same
// code and then the same WebAssembly, wasm.js. Gzip looks 32 KiB back, so that each of the two is compressed only once,
// if index.js has some 31.5 KiB at most.
//
//   npm run build --workspace packages/tfjs-wasm-training

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { asScript } from "./as-script.mjs";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..");
const root = join(folder, "..", "..");
/** Another folder, for tests that run beside each other. */
const dist = process.argv[2] ?? join(folder, "dist");

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: "inherit" });
  if (status !== 0) throw new Error(`${args.join(" ")}: failed with exit code ${status}`);
}

rmSync(dist, { recursive: true, force: true });
run(join(root, "scripts", "build-wasm.mjs"));
const bytes = join(folder, "src", "kernels-bytes.ts");
await build({
  absWorkingDir: folder,
  entryPoints: ["src/index.ts"],
  bundle: true,
  format: "esm",
  minify: true,
  // properties of this package's own that it names most, and that neither TensorFlow.js nor a browser knows
  mangleProps:
    /^(channels|columns|columnBytes|columnStep|compute|frameBytes|imageBytes|images|multiplications|offsetBytes|pieces|refuses|rowBytes|rowStep|scratch|source|taps|target|threads|unwanted)$/,
  target: "es2022",
  logLevel: "warning",
  legalComments: "none",
  external: ["@tensorflow/*"],
  plugins: [
    {
      name: "bytes-apart",
      setup: ({ onResolve }) =>
        onResolve({ filter: /kernels-bytes/ }, () => ({ path: "./wasm.js", external: true })),
    },
  ],
  outfile: join(dist, "index.js"),
});
const { code: wasm } = await transform(readFileSync(bytes, "utf8"), { loader: "ts", minify: true });
writeFileSync(join(dist, "wasm.js"), wasm);
const { code: check } = await transform(readFileSync(join(folder, "src", "needs-backend.ts"), "utf8"), {
  loader: "ts",
  minify: true,
  format: "iife",
});
const [literal] = wasm.match(/"[0-9a-f]+"/);
writeFileSync(
  join(dist, "tfjs-wasm-training.min.js"),
  check + asScript(readFileSync(join(dist, "index.js"), "utf8"), literal),
);
// of the types only what is public; that of the kernels' bytes alone is as long as they are
const types = mkdtempSync(join(tmpdir(), "tfjs-wasm-training-types-"));
run(join(root, "node_modules", "typescript", "bin", "tsc"), "-p", "tsconfig.build.json", "--outDir", types);
for (const name of ["index", "mask-gradient", "profile", "without-kernel"]) {
  const text = readFileSync(join(types, `${name}.d.ts`), "utf8");
  writeFileSync(join(dist, `${name}.d.ts`), text.replaceAll('.ts";', '.js";'));
}
rmSync(types, { recursive: true });
