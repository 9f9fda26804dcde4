import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { InputError } from "../input-error.ts";
import { escaped } from "../report/figures/svg-text.ts";
import { encodeTrace } from "../trace/encode.ts";
import { openTraceFile } from "../trace/file.ts";
import { fileSource } from "../trace/file-source.ts";
import { bitmapsOnly } from "../trace/memory-trace.ts";
import { isFolder } from "../trace/numpy/npy-folder.ts";

/** What `scripts/build-explorer.mjs` built. */
const page = new URL("../../dist/explorer.html", import.meta.url);

/** Where a trace goes in it: before the script, which takes it. */
const place = "<!--trace-->";

/** Bytes of bitmaps that a page can bring along; a browser reads larger traces from their own files. */
const mostBytes = 192 * 2 ** 20;

/** The explorer as one HTML file, without a trace. Throws `InputError` where it has not been built. */
export function explorerPage(): string {
  try {
    return readFileSync(page, "utf8");
  } catch {
    throw new InputError("explorer.html is not in dist/: npm run build makes it");
  }
}

/**
 * The same with the trace of a file in it: where its tensors are not zero, which is all that cycles depend on. Throws `InputError` for a
 * file that is no trace, or whose bitmaps are larger than a page can bring.
 */
export function explorerPageWith(path: string): string {
  const { steps } = openTraceFile(path);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (const piece of encodeTrace(path, steps.map(bitmapsOnly))) {
    size += piece.length;
    if (size > mostBytes)
      throw new InputError(
        `${path}: bitmaps of a trace in a page must have at most ${mostBytes} bytes, have more; open the file in the page instead`,
      );
    pieces.push(piece);
  }
  const print = printOf(path);
  const names = `data-name="${escaped(basename(path))}"${print === undefined ? "" : ` data-print="${print}"`}`;
  const trace = `<script type="application/octet-stream" id="trace" ${names}>${Buffer.concat(pieces).toString("base64")}</script>`;
  return explorerPage().replace(place, () => trace);
}

const pieceBytes = 2 ** 20;

/** What the page tells a file from others by, of its size and its two ends; a folder has none. */
function printOf(path: string): string | undefined {
  if (isFolder(path)) return undefined;
  const source = fileSource(path);
  const length = Math.min(pieceBytes, source.size);
  const hash = createHash("sha256").update(`${source.size};`);
  hash.update(source.read(0, length)).update(source.read(source.size - length, length));
  return hash.digest("hex").slice(0, 16);
}
