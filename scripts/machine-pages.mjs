// Draws the pictures of docs/machine.md into docs/pictures/ and writes docs/blocks.md, the ports of each block as its
// SystemVerilog declares them:
//
//   npm run docs:machine [-- FOLDER]      FOLDER stands for docs/
//
// What shows data shows what the cycle model does with the layer of test/data/worked-example.json, or with the tiny trace of the tests.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { blockPage } from "./machine-pages/blocks.mjs";
import { arrayPicture, columnPicture, macPicture, pePicture } from "./machine-pages/levels.mjs";
import { jobPicture, timelinePicture, workedPicture } from "./machine-pages/worked-example.mjs";

const inRoot = (...path) => fileURLToPath(new URL(join("..", ...path), import.meta.url));

const example = JSON.parse(readFileSync(inRoot("test/data/worked-example.json"), "utf8"));
const pictures = {
  machine: arrayPicture(),
  column: columnPicture(),
  "processing-element": pePicture(),
  mac: macPicture(),
  job: jobPicture(example),
  "worked-example": workedPicture(example),
  timeline: timelinePicture(inRoot("test/data/tiny.safetensors")),
};

const [folder = inRoot("docs")] = process.argv.slice(2);
mkdirSync(join(folder, "pictures"), { recursive: true });
for (const [name, svg] of Object.entries(pictures))
  writeFileSync(join(folder, "pictures", `${name}.svg`), svg);
writeFileSync(join(folder, "blocks.md"), blockPage(inRoot("src/hardware")));
