import { InputError } from "../input-error.ts";
import type { ByteSource } from "./byte-source.ts";

/** What a reader expects a file to be. */
export type Wanted = "safetensors" | "zip" | "ONNX" | ".npy";

/** What a file is, by its first bytes. */
interface Kind {
  /** Of those that a reader may expect. */
  readonly id?: Wanted;
  /** "an HDF5 file" */
  readonly what: string | ((start: Uint8Array) => string);
  /** What to do; by default how the wanted file is made. */
  readonly advice?: string;
  readonly matches: (start: Uint8Array) => boolean;
}

/** Enough for the signature of a tar file, and for an HTML page to say what it is. */
const START_BYTES = 1024;

const latin1 = new TextDecoder("latin1");
const textOf = (start: Uint8Array): string => latin1.decode(start).replace(/^\u00ef\u00bb\u00bf/, "");

/** Whether these bytes, or this ASCII text, stand `at` a place in the start of a file. */
const holds =
  (signature: string | readonly number[], at = 0) =>
  (start: Uint8Array): boolean => {
    const bytes = typeof signature === "string" ? [...signature].map((c) => c.charCodeAt(0)) : signature;
    return start.length >= at + bytes.length && bytes.every((byte, i) => start[at + i] === byte);
  };
const reads =
  (pattern: RegExp) =>
  (start: Uint8Array): boolean =>
    pattern.test(textOf(start));
const either =
  (...tests: ((start: Uint8Array) => boolean)[]) =>
  (start: Uint8Array): boolean =>
    tests.some((test) => test(start));

/** The header's length, below 16 MiB, and the brace that begins it. */
const beginsSafetensors = (start: Uint8Array): boolean =>
  start.length >= 9 && start.subarray(3, 8).every((byte) => byte === 0) && start[8] === 0x7b;

/** Field 1, the version of the format, from 2 on, and one of the fields that writers put behind it. */
const beginsOnnx = (start: Uint8Array): boolean =>
  start[0] === 0x08 &&
  start[1] >= 2 &&
  start[1] < 64 &&
  [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].includes(start[2]);

/** The name of the first member of a zip file. */
const firstMember = (pattern: RegExp) => (start: Uint8Array) =>
  holds("PK\x03\x04")(start) && pattern.test(textOf(start.subarray(30, 30 + start[26] + 256 * start[27])));

/** UTF-8 without control characters, of some length; its last character may be cut. */
function isText(start: Uint8Array): boolean {
  if (start.length < 4 || start.some((byte) => byte < 9 || (byte > 13 && byte < 0x20))) return false;
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(start, { stream: true });
    return true;
  } catch {
    return false;
  }
}

function pointer(start: Uint8Array): string {
  const [, size] = /^size (\d+)$/m.exec(textOf(start)) ?? [];
  return `a Git LFS pointer, not the file itself${size === undefined ? "" : ` of ${size} bytes`}`;
}

const firstLine = (start: Uint8Array): string =>
  JSON.stringify(
    textOf(start)
      .trimStart()
      .split(/[\r\n]/, 1)[0]
      .slice(0, 40),
  );

const unpack = "unpack it first";
const compressed = [
  ["gzip", holds([0x1f, 0x8b])],
  ["bzip2", holds("BZh")],
  ["xz", holds([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])],
  ["Zstandard", holds([0x28, 0xb5, 0x2f, 0xfd])],
  ["7-Zip", holds([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])],
  ["RAR", holds("Rar!\x1a\x07")],
] as const;
const pictures = [
  ["PNG", holds([0x89, 0x50, 0x4e, 0x47])],
  ["JPEG", holds([0xff, 0xd8, 0xff])],
  ["GIF", holds("GIF8")],
  ["PDF", holds("%PDF")],
] as const;
const models = [
  ["a TensorFlow Lite model", holds("TFL3", 4)],
  ["a GGUF file of weights", holds("GGUF")],
  ["a GGML file of weights", either(holds("lmgg"), holds("tjgg"), holds("fmgg"))],
  ["a TensorFlow SavedModel", (start: Uint8Array) => holds([0x08, 0x01, 0x12])(start) && start[3] >= 0x80],
  ["a MATLAB file", holds("MATLAB ")],
  ["an Apache Parquet file", holds("PAR1")],
  ["an Apache Arrow file", holds("ARROW1")],
  ["a program", either(holds([0x7f, 0x45, 0x4c, 0x46]), holds([0x4d, 0x5a, 0x90]))],
] as const;

/** The first that matches is it. */
const kinds: readonly Kind[] = [
  { id: "safetensors", what: "a safetensors file", matches: beginsSafetensors },
  {
    what: pointer,
    advice: "`git lfs pull` fetches it",
    matches: reads(/^version https:\/\/(git-lfs|hawser)\.github\.com\/spec\//),
  },
  {
    what: "a git-annex pointer, not the file itself",
    advice: "`git annex get` fetches it",
    matches: reads(/^\/annex\/objects\//),
  },
  { what: "a PyTorch checkpoint (torch.save)", matches: firstMember(/(^|\/)data\.pkl$/) },
  {
    what: "a PyTorch program (torch.jit.save or torch.export)",
    matches: firstMember(/\/(version|code\/.*|constants\.pkl|archive_format|byteorder)$/),
  },
  { what: "a Keras model", matches: firstMember(/^(metadata\.json|config\.json|model\.weights\.h5)$/) },
  { id: "zip", what: "a zip file, as a .npz is", matches: either(holds("PK\x03\x04"), holds("PK\x05\x06")) },
  { id: ".npy", what: "one NumPy array (.npy)", matches: holds("\x93NUMPY") },
  {
    what: "a Python pickle (pickle.dump, joblib, or torch.save before PyTorch 1.6), which is not read",
    matches: either(
      (start) => start[0] === 0x80 && start[1] >= 2 && start[1] <= 5,
      reads(/^(\((dp|lp)\d*\n|c[\w.]+\n\w+\n)/),
    ),
  },
  { what: "an HDF5 file (Keras .h5, or MATLAB)", matches: holds([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a]) },
  ...models.map(([what, matches]) => ({ what, matches })),
  ...compressed.map(([name, matches]) => ({ what: `a file packed by ${name}`, advice: unpack, matches })),
  { what: "a tar archive", advice: unpack, matches: holds("ustar", 257) },
  ...pictures.map(([name, matches]) => ({ what: `a ${name} file`, matches })),
  {
    what: "an HTML page, as a download leaves that did not reach the file",
    advice: "download the file itself",
    matches: reads(/^\s*(<!doctype html|<html|<head|<body)/i),
  },
  { id: "ONNX", what: "an ONNX file", matches: beginsOnnx },
  { what: "a JSON text", matches: (start) => isText(start) && reads(/^\s*(\{\s*["}]|\[)/)(start) },
  { what: (start) => `a text that begins with ${firstLine(start)}`, matches: isText },
];

/** How to come to what a reader expects. */
const trace = "a trace is recorded with capture/swg_capture, or saved with np.savez (src/trace/FORMAT.md)";
const making: Readonly<Record<Wanted, string>> = {
  safetensors: trace,
  zip: trace,
  ".npy": "np.save writes a .npy file",
  ONNX: "torch.onnx.export and its like write an ONNX file",
};
const misplaced: Readonly<Partial<Record<Wanted, Partial<Record<Wanted, string>>>>> = {
  safetensors: {
    ONNX: "it holds a network and no training step; give it as --network FILE.onnx, or to info as FILE.onnx",
    ".npy":
      'a trace has several, LAYER.fmap and LAYER.emap: a folder of .npy files, or np.savez("step.npz", ...)',
  },
  ONNX: {
    safetensors: "a trace goes with --trace, and to info under a name that does not end in .onnx",
    zip: "a trace goes with --trace, and to info under a name that does not end in .onnx",
  },
};

/**
 * Says in one line what a file is that is not what its reader wants, and what to do. Throws `InputError` for what is known by
 * its first bytes; everything else, the wanted kind with it, is left to the reader.
 */
export function refuseOtherKinds(source: ByteSource, wanted: Wanted): void {
  if (source.size === 0) throw new InputError(`${source.name}: file is empty; ${making[wanted]}`);
  const start = source.read(0, Math.min(START_BYTES, source.size));
  const kind = kinds.find(({ matches }) => matches(start));
  if (!kind || kind.id === wanted) return;
  const what = typeof kind.what === "string" ? kind.what : kind.what(start);
  const advice = kind.advice ?? (kind.id && misplaced[wanted]?.[kind.id]) ?? making[wanted];
  throw new InputError(`${source.name}: is ${what}; ${advice}`);
}
