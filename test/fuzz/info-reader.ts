import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Random } from "../../src/random.ts";
import { fileOf, headerText, LAYER } from "../damaged-traces.ts";
import { type FuzzedReader, pick } from "./fuzzed-reader.ts";
import { npz } from "./numpy-readers.ts";
import { onnx } from "./onnx-reader.ts";
import { printedBy } from "./program.ts";
import { changeText, oddNames } from "./text-changes.ts";
import { safetensors2 } from "./trace-readers.ts";

/** A sound file whose texts are odd. */
function oddlyNamed(random: Random): Uint8Array {
  const text = () => (random.below(2) === 0 ? pick(random, oddNames) : changeText("some words", random));
  const name = text() || "a";
  const tensor = (at: number) => ({ dtype: "U8", shape: [1], data_offsets: [at, at + 1] });
  const missing = [{ operator: text(), why: text(), names: [text()], weights: random.below(2) === 0 }];
  return fileOf(
    headerText(
      {
        layers: JSON.stringify([{ ...LAYER, name }]),
        steps: "[3]",
        network: text(),
        dataset: text(),
        framework: text(),
        left_out: random.below(2) === 0 ? JSON.stringify(missing) : undefined,
      },
      Object.fromEntries([
        [`3/${name}.fmap_bits`, tensor(0)],
        [`3/${name}.emap_bits`, tensor(1)],
      ]),
    ),
    Uint8Array.of(1, 2),
  );
}

const kinds = [
  { extension: "safetensors", make: oddlyNamed },
  { extension: "safetensors", make: safetensors2.make },
  { extension: "npz", make: npz.make },
  { extension: "onnx", make: onnx.make },
];

/** What a terminal obeys, a line's end apart. */
const obeyed = /(?!\n)[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069]/u;

/** The first byte of an input is its kind. */
export const info: FuzzedReader = {
  about: "what swg info prints",
  make(random) {
    const kind = random.below(kinds.length);
    return new Uint8Array(Buffer.concat([Uint8Array.of(kind), kinds[kind].make(random)]));
  },
  async read(bytes) {
    const folder = mkdtempSync(join(tmpdir(), "swg-fuzz-"));
    const path = join(folder, `x.${kinds[bytes[0]].extension}`);
    try {
      writeFileSync(path, bytes.subarray(1));
      for (const format of ["table", "json"]) {
        const text = await printedBy(["info", path, "--format", format]);
        const found = obeyed.exec(text);
        if (found)
          throw new Error(
            `prints what a terminal obeys: ${JSON.stringify(text.slice(found.index - 40).slice(0, 80))}`,
          );
        if (format === "json") JSON.parse(text);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};
