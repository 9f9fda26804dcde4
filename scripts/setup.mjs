// Makes a clone ready to run: right Node, packages installed, sources built. Does only what is not yet done.
//
//   node scripts/setup.mjs            before `npm start` and `npm test`
//   node scripts/setup.mjs --build    builds whether or not the sources are newer
//
// Plain JavaScript without packages: it runs before there are any. No syntax newer than Node 12, so that an old
// Node reaches the line that says what is wrong.

import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const inRoot = (...path) => join(root, ...path);
const changed = (path) => (existsSync(path) ? statSync(path).mtimeMs : Number.NEGATIVE_INFINITY);

function checkNode() {
  const least = manifest.engines.node.replace(">=", "").split(".").map(Number);
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > least[0] || (major === least[0] && minor >= least[1])) return;
  throw new Error(
    `Node must be ${least.join(".")} or newer, is ${process.versions.node} (${process.execPath})`,
  );
}

/** Runs a command; shows what it prints only where it fails. */
function run(what, command, args) {
  const started = Date.now();
  console.error(`setup: ${what} ...`);
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (error) throw new Error(`${command} cannot be run (${error.code})`);
  if (status !== 0) {
    process.stderr.write(stdout + stderr);
    throw new Error(`${what}: failed with exit code ${status}`);
  }
  console.error(`setup: ${what}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

/** The list of what npm installed is as old as the installation. */
function install() {
  if (changed(inRoot("node_modules", ".package-lock.json")) >= changed(inRoot("package-lock.json"))) return;
  const npm = process.env.npm_execpath || "";
  // what `npm pack --dry-run` lists has to be built too
  const flags = ["ci", "--include=dev", "--no-audit", "--no-fund", "--no-dry-run"];
  if (npm.endsWith(".js")) run("installing packages", process.execPath, [npm, ...flags]);
  else run("installing packages", process.platform === "win32" ? "npm.cmd" : "npm", flags);
}

function newestIn(folder) {
  let newest = changed(folder);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) newest = Math.max(newest, newestIn(path));
    else if (!entry.name.endsWith(".test.ts")) newest = Math.max(newest, changed(path));
  }
  return newest;
}

/** Builds beside `dist/` and then puts it in its place, so that nothing stale stays and a failure leaves the old one. */
function build(always) {
  const sources = ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"];
  const folders = ["src", "bench", "scripts", "web", "packages/tfjs-wasm-training/src"].map((folder) =>
    newestIn(inRoot(folder)),
  );
  const newest = Math.max(...folders, ...sources.map((file) => changed(inRoot(file))));
  const main = inRoot(manifest.bin.swg);
  const compiled = [
    "src/kernel/engine-bytes.ts",
    "bench/tiled-gradient/tiled-gradient-bytes.ts",
    "packages/tfjs-wasm-training/src/kernels-bytes.ts",
  ];
  if (!always && compiled.every((file) => existsSync(inRoot(file))) && changed(main) >= newest) return;
  const unfinished = inRoot(`dist.${process.pid}.tmp`);
  const compiler = inRoot("node_modules", "typescript", "bin", "tsc");
  try {
    run("building WebAssembly", process.execPath, [inRoot("scripts", "build-wasm.mjs")]);
    run("building", process.execPath, [compiler, "-p", "tsconfig.build.json", "--outDir", unfinished]);
    run("building the explorer", process.execPath, [inRoot("scripts", "build-explorer.mjs"), unfinished]);
    // SystemVerilog lies beside the cycle model of its block
    const isDesign = (path) => statSync(path).isDirectory() || path.endsWith(".sv");
    cpSync(inRoot("src", "hardware"), join(unfinished, "hardware"), { recursive: true, filter: isDesign });
    rmSync(inRoot("dist"), { recursive: true, force: true });
    renameSync(unfinished, inRoot("dist"));
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  // npm makes a program executable only when it links it, not when it is built anew
  if (existsSync(main)) chmodSync(main, 0o755);
}

try {
  checkNode();
  install();
  build(process.argv.includes("--build"));
} catch (error) {
  console.error(`setup: ${error.message}`);
  process.exitCode = 1;
}
