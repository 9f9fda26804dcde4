// Builds the explorer, web/, into one HTML file that asks for nothing: node scripts/build-explorer.mjs FOLDER
// Scripts and styles run by their hashes alone, so that nothing else can, whatever a file holds.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, transform } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const inWeb = (name) => join(root, "web", name);
const [folder = join(root, "dist")] = process.argv.slice(2);

/**
 * What Plot brings along for what no figure of a report has, maps, colour scales that part at a middle, dates, tips under a pointer and legends of
 * its own: their names stay, and do nothing. That is a tenth of the page.
 */
const notDrawn =
  /[\\/]node_modules[\\/](d3-(geo|scale-chromatic|time|time-format)[\\/]|@observablehq[\\/]plot[\\/]src[\\/](marker\.js|projection\.js|scales[\\/](diverging|temporal)|interactions[\\/]pointer|legends[\\/](ramp|swatches)|marks[\\/]tip))/;
const withoutNotDrawn = {
  name: "without-not-drawn",
  setup: ({ onLoad }) =>
    onLoad({ filter: notDrawn }, async ({ path }) => {
      const names = Object.keys(await import(pathToFileURL(path).href));
      return {
        // a figure without a map has no projection; what the others give is called again
        contents: `const none = () => ${/projection/.test(path) ? undefined : "none"}; export { ${names.map((name) => `none as ${name}`).join(", ")} };`,
      };
    }),
};

/** How the engine's characters differ from its bytes, so that few are written in several characters or in two bytes: of all numbers the one with the smallest page. */
const flipped = 110;
/** The engine as a string with a character for each byte, of which gzip makes a quarter less than of base64. */
const engineInCharacters = {
  name: "engine-in-characters",
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]kernel[\\/]engine-bytes\.ts$/ }, ({ path }) => {
      const [, base64] = /"([\w+/=]+)"/.exec(readFileSync(path, "utf8"));
      const characters = Array.from(atob(base64), (byte) =>
        String.fromCharCode(byte.charCodeAt(0) ^ flipped),
      );
      const back = `(byte) => String.fromCharCode(byte.charCodeAt(0) ^ ${flipped})`;
      return {
        contents: `export const engineBytes = btoa(Array.from(${JSON.stringify(characters.join(""))}, ${back}).join(""));`,
      };
    }),
};

/** A schema without its words for readers, which nothing here reads. */
const wordlessSchema = {
  name: "wordless-schema",
  setup: ({ onLoad }) =>
    onLoad({ filter: /[\\/]schemas[\\/]\w+\.json$/ }, ({ path }) => {
      const kept = (key, value) =>
        typeof value === "string" && /^(description|title|\$schema|\$id)$/.test(key) ? undefined : value;
      return { contents: JSON.stringify(JSON.parse(readFileSync(path, "utf8"), kept)), loader: "json" };
    }),
};

const { outputFiles } = await build({
  entryPoints: [inWeb("main.ts")],
  bundle: true,
  minify: true,
  format: "iife",
  platform: "browser",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  plugins: [withoutNotDrawn, engineInCharacters, wordlessSchema],
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
const parts = { POLICY: policy, "/*style*/": style, "/*script*/": script };
const html = readFileSync(inWeb("page.html"), "utf8").replace(
  /POLICY|\/\*style\*\/|\/\*script\*\//g,
  (place) => parts[place],
);
writeFileSync(join(folder, "explorer.html"), html);
