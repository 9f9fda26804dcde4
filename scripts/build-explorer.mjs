// Builds the explorer, web/, into one HTML file that asks for nothing: node scripts/build-explorer.mjs FOLDER
// Scripts and styles run by their hashes alone, so that nothing else can, whatever a file holds.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const inWeb = (name) => join(root, "web", name);
const [folder = join(root, "dist")] = process.argv.slice(2);

const { outputFiles } = await build({
  entryPoints: [inWeb("main.ts")],
  bundle: true,
  minify: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  legalComments: "none",
  // asked for only where there is no document
  logOverride: { "empty-import-meta": "silent" },
  write: false,
});
// neither may end its own element
const script = outputFiles[0].text.trim().replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
const { code } = await transform(readFileSync(inWeb("page.css"), "utf8"), { loader: "css", minify: true });
const style = code.trim();

const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
const policy = [
  "default-src 'none'",
  // workers run the page's own script, from a Blob; WebAssembly is compiled from bytes in it
  `script-src ${hash(script)} 'wasm-unsafe-eval'`,
  "worker-src blob:",
  `style-src ${hash(style)}`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const parts = { policy, style, script, trace: "" };
const html = readFileSync(inWeb("page.html"), "utf8").replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
writeFileSync(join(folder, "explorer.html"), html);
