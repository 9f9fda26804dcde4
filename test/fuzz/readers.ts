import { circuits } from "./cache-reader.ts";
import { flags } from "./command-lines.ts";
import type { FuzzedReader } from "./fuzzed-reader.ts";
import { info } from "./info-reader.ts";
import { npy, npz } from "./numpy-readers.ts";
import { onnx } from "./onnx-reader.ts";
import { condition, stored } from "./search-readers.ts";
import { layers, liberty, machine, topology } from "./text-readers.ts";
import { safetensors1, safetensors2 } from "./trace-readers.ts";

/** Every reader that can be fuzzed, by its name on the command line. */
export const readers = {
  safetensors1,
  safetensors2,
  npz,
  npy,
  onnx,
  machine,
  layers,
  liberty,
  topology,
  circuits,
  info,
  condition,
  stored,
  flags,
} satisfies Record<string, FuzzedReader>;
