import { readFileSync } from "node:fs";
import type { Random } from "../../src/random.ts";
import { arraySource } from "../../src/trace/byte-source.ts";
import { readTraceFile } from "../../src/trace/swg-trace.ts";
import { fileOf, headerText, LAYER } from "../damaged-traces.ts";
import { changeBytes } from "./byte-changes.ts";
import { changed, type FuzzedReader, pick } from "./fuzzed-reader.ts";
import { changeJson, changeText } from "./text-changes.ts";
import { useCaptured } from "./use-trace.ts";

const recorded = (name: string) => new Uint8Array(readFileSync(`test/data/recorded/${name}`));

interface Parts {
  readonly header: string;
  readonly data: Uint8Array;
}

function partsOf(file: Uint8Array): Parts {
  const end = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  return { header: Buffer.from(file.slice(8, end)).toString(), data: file.slice(end) };
}

const version1 = fileOf(
  headerText(
    { version: "1", step: "0", steps: undefined },
    {
      "a.fmap": { dtype: "F32", shape: [1, 1, 1, 2], data_offsets: [0, 8] },
      "a.emap": { dtype: "F32", shape: [1, 1, 1, 2], data_offsets: [8, 16] },
    },
  ),
  new Uint8Array(16),
);
const padded = { ...LAYER, H: 4, W: 4, P: 4, Q: 4, R: 3, S: 3, padding: [1, 1] };
const larger = fileOf(
  headerText(
    { layers: JSON.stringify([padded]), steps: "[0]" },
    {
      "0/a.fmap_bits": { dtype: "U8", shape: [2], data_offsets: [0, 2] },
      "0/a.emap_bits": { dtype: "U8", shape: [2], data_offsets: [2, 4] },
    },
  ),
  Uint8Array.of(0xff, 0x3c, 0x55, 0xaa),
);

/** JSON in JSON: the metadata's lists are texts. */
function changeHeader(header: string, random: Random): string {
  if (random.below(20) === 0) return changeText(header, random);
  let json: ReturnType<typeof JSON.parse>;
  try {
    json = JSON.parse(header);
  } catch {
    return changeText(header, random);
  }
  const metadata = json?.__metadata__;
  const inner = pick(random, ["layers", "steps"]);
  if (random.below(3) === 0 || typeof metadata?.[inner] !== "string")
    return JSON.stringify(changeJson(json, random));
  try {
    const list = changeJson(JSON.parse(metadata[inner]), random);
    return JSON.stringify({ ...json, __metadata__: { ...metadata, [inner]: JSON.stringify(list) } });
  } catch {
    return changeText(header, random);
  }
}

function safetensors(about: string, files: () => readonly Uint8Array[]): FuzzedReader {
  let parts: readonly Parts[] | undefined;
  return {
    about,
    make(random) {
      parts ??= files().map(partsOf);
      const { header, data } = pick(random, parts);
      const kind = random.below(12);
      if (kind === 0) return changed(random, fileOf(header, data), 8, (bytes) => changeBytes(bytes, random));
      const length =
        kind === 1 ? BigInt(pick(random, [0, 1, header.length - 1, header.length + 1])) : undefined;
      const dataAlone = kind >= 2 && kind < 6;
      const text = dataAlone ? header : changed(random, header, 4, (before) => changeHeader(before, random));
      const bytes = kind < 8 ? changed(random, data, 4, (before) => changeBytes(before, random)) : data;
      return fileOf(text, bytes, length);
    },
    read(bytes) {
      for (const step of readTraceFile(arraySource("fuzzed.safetensors", bytes)).steps) useCaptured(step);
    },
  };
}

export const safetensors1 = safetensors("swg-trace version 1", () => [
  version1,
  new Uint8Array(readFileSync("test/data/tiny.safetensors")),
]);
export const safetensors2 = safetensors("swg-trace version 2", () => [
  fileOf(headerText()),
  larger,
  recorded("bitmaps.safetensors"),
  recorded("f16.safetensors"),
  recorded("autocast-bf16.safetensors"),
]);
