import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../src/input-error.ts";
import { changed, type FuzzedReader, pick } from "./fuzzed-reader.ts";
import { printedBy } from "./program.ts";
import { changeText } from "./text-changes.ts";

/** Command lines that are answered in an instant; OUT stands for a folder of their own. */
const lines = [
  "list",
  "list swg",
  "list swg --format json",
  "list energy",
  "info test/data/recorded/bitmaps.safetensors --format json",
  "info test/data/numpy/step.npz",
  "info test/data/onnx/lstm.onnx --batch 2 --dimension frames=3",
  "verify --trace test/data/numpy/step.npz --on swg",
  "convert test/data/numpy/step.npz OUT/x.safetensors --bitmaps-only",
  "convert test/data/numpy/step.npz OUT/arrays --force",
  "run --trace test/data/numpy/step.npz --set swg.columns=4 --set swg.vdt=none --threads 1",
  "run --trace test/data/numpy/step.npz --accelerators swg,dense --node 65 --dram lpddr3 --threads 1 --format csv",
  "run --trace test/data/numpy/step.npz --accelerators all --equal-area --threads 1 --phases ff,bp,wg",
  "run --trace test/data/recorded/bitmaps.safetensors --steps 0 --layers conv1 --threads 1",
  "run --network test/data/onnx/lstm.onnx --density fmap=.4,emap=.3,mask=.2 --zeros coins --batch 1 --seed 1",
  "sweep swg.columns=1,2,4 --trace test/data/numpy/step.npz --threads 1 --format json",
  "sweep density.maps=0.5:1:0.5 --network test/data/onnx/lstm.onnx --batch 1 --threads 1",
  "sweep swg.columns=1,2 swg.rows=2,4 --trace test/data/numpy/step.npz --accelerators swg --where columns*rows<8 --store OUT/points --threads 1",
  "sweep swg.columns=1:9:1 swg.rows=2,4 --samples 4 --search nsga2 --population 4 --objectives edp,areaMm2 --trace test/data/numpy/step.npz --threads 1",
  "timeline --trace test/data/numpy/step.npz --layer fc --column 0 --cycles 0:20 --set swg.rows=4",
  "timeline --trace test/data/numpy/step.npz --layer fc --out OUT/t.vcd",
  "claims --only nothing",
];

/** What takes long, or writes where it wants, though it is right. */
const unfit = (words: readonly string[]): boolean =>
  ["demo", "train", "claims", "serve"].some((name) => words[0] === name && !words.includes("nothing")) ||
  words.some((word) => /^--(check|synth|epochs)$/.test(word)) ||
  words.some((word, i) => /^--(out|store)/.test(word) && !words[i + 1]?.startsWith("OUT/")) ||
  (words[0] === "convert" && !words[2]?.startsWith("OUT/")) ||
  words.some((word) => /^[a-z]+[\d-]\w*$|^(alexnet|googlenet|lstm)/.test(word)) ||
  words.some((word) => word.includes("OUT") && word.includes(".."));

export const flags: FuzzedReader = {
  about: "command lines",
  make(random) {
    const words = changed(random, pick(random, lines).split(" "), 4, (before) => {
      const at = random.below(before.length);
      const kind = random.below(8);
      if (kind === 0) return [...before.slice(0, at), ...before.slice(at + 1)];
      if (kind === 1) return [...before, ...pick(random, lines).split(" ").slice(-2)];
      return before.map((word, i) => (i === at ? changeText(word, random).replaceAll("\0", "") : word));
    });
    return new TextEncoder().encode(JSON.stringify(words));
  },
  async read(bytes) {
    const words = JSON.parse(new TextDecoder().decode(bytes)) as string[];
    if (unfit(words)) throw new InputError("would take long");
    const out = mkdtempSync(join(tmpdir(), "swg-fuzz-"));
    try {
      await printedBy(words.map((word) => word.replace(/^OUT\//, `${out}/`)));
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  },
};
