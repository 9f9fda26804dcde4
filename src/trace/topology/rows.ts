import { InputError, quoted } from "../../input-error.ts";
import { largestSize } from "../../workload/layer-rules.ts";
import { parseStructuredMask, type StructuredMask } from "../../workload/structured-mask.ts";
import type { ByteSource } from "../byte-source.ts";

/** A convolution as SCALE-Sim states it: no padding, no groups, an image of any size. */
export interface ConvolutionRow {
  readonly ifmap: readonly [height: number, width: number];
  readonly filter: readonly [height: number, width: number];
  readonly channels: number;
  readonly filters: number;
  readonly stride: readonly [height: number, width: number];
  /** images, where the file has a column of them */
  readonly batch: number;
}

/** M x K times K x N. */
export interface GemmRow {
  readonly M: number;
  readonly N: number;
  readonly K: number;
}

/** One layer of a topology file. */
export interface TopologyRow {
  /** from 1, the header */
  readonly line: number;
  readonly name: string;
  readonly shape: ConvolutionRow | GemmRow;
  /** N:M among the weights along their channels */
  readonly sparsity?: StructuredMask;
}

/** Much more than any network's; what a mistaken file of gigabytes is refused by. */
const mostBytes = 2 ** 22;
const mostRows = 2 ** 16;

/** A column that only some files have, told by its title: SCALE-Sim 2 writes a second stride, files of 3 have the others. */
type FurtherColumn = "stride" | "batch" | "sparsity";

interface Header {
  readonly form: "convolution" | "gemm";
  /** columns behind the eight of a convolution, or the four of a product */
  readonly more: readonly FurtherColumn[];
}

const convolutionColumns =
  "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, Strides";
const gemmColumns = "Layer, M, N, K";

/**
 * The layers of a SCALE-Sim topology: a header that says which of its two forms it is, then a layer a line. A comma at a
 * line's end, lines without sizes (headings) and a last cell that begins with # say nothing. Throws `InputError`.
 */
export function topologyRows(source: ByteSource): TopologyRow[] {
  const lines = textOf(source).split(/\r\n|\n|\r/);
  const header = headerOf(source.name, cellsOf(lines[0]));
  const rows: TopologyRow[] = [];
  lines.slice(1).forEach((text, i) => {
    const cells = cellsOf(text);
    if (cells.length < 2) return;
    if (rows.length === mostRows)
      throw new InputError(`${source.name}: must have ${mostRows} layers at most, has more`);
    rows.push(rowOf(new Line(source.name, i + 2, cells), header));
  });
  if (rows.length === 0)
    throw new InputError(`${source.name}: must have one layer or more behind its header, has none`);
  return rows;
}

function textOf(source: ByteSource): string {
  if (source.size > mostBytes)
    throw new InputError(
      `${source.name}: a topology must have at most ${mostBytes} bytes, has ${source.size}`,
    );
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(source.read(0, source.size));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${source.name}: a topology must be text in UTF-8, is not`);
  }
}

function cellsOf(line: string): string[] {
  const cells = line.split(",").map((cell) => cell.trim());
  while (cells.at(-1) === "" || cells.at(-1)?.startsWith("#")) cells.pop();
  return cells;
}

function headerOf(file: string, titles: readonly string[]): Header {
  const lower = titles.map((title) => title.toLowerCase());
  const gemm = ["m", "n", "k"].every((size, i) => lower[i + 1] === size);
  const least = gemm ? 4 : 8;
  if (!gemm && !(lower[1]?.startsWith("ifmap") && lower[3]?.startsWith("filter") && lower.length >= least))
    throw new InputError(
      `${file}: line 1 must be a SCALE-Sim header, "${convolutionColumns}" or "${gemmColumns}", is ${quoted(titles.join(", "))}`,
    );
  const more = lower.slice(least).map((title, i): FurtherColumn => {
    if (title.startsWith("sparsity") && i === lower.length - least - 1) return "sparsity";
    if (!gemm && i === 0 && title.startsWith("batch")) return "batch";
    if (!gemm && i === 0 && title.startsWith("stride")) return "stride";
    const known = gemm ? "Sparsity" : "Stride width, Batch size, Sparsity";
    throw new InputError(
      `${file}: unknown column ${quoted(titles[least + i])}; known behind ${titles[least - 1]}: ${known}`,
    );
  });
  return { form: gemm ? "gemm" : "convolution", more };
}

/** The cells of a layer, which are asked for by their place. */
class Line {
  private readonly file: string;
  readonly number: number;
  readonly cells: readonly string[];

  constructor(file: string, number: number, cells: readonly string[]) {
    this.file = file;
    this.number = number;
    this.cells = cells;
  }

  fail(rule: string): InputError {
    return new InputError(`${this.file}: line ${this.number}: ${rule}`);
  }

  size(column: number, what: string): number {
    const text = this.cells[column];
    const value = /^\d{1,15}$/.test(text ?? "") ? Number(text) : 0;
    if (value >= 1 && value <= largestSize) return value;
    throw this.fail(`${what} must be a whole number from 1 to ${largestSize}, is ${quoted(text)}`);
  }
}

function rowOf(line: Line, { form, more }: Header): TopologyRow {
  const first = form === "gemm" ? 4 : 8;
  // a column that the header names may be missing in a row, as in SCALE-Sim's own transformer_fwd.csv
  if (line.cells.length < first || line.cells.length > first + more.length)
    throw line.fail(
      `must have ${first}${more.length > 0 ? ` to ${first + more.length}` : ""} columns, has ${line.cells.length}`,
    );
  const at = (kind: FurtherColumn) => {
    const column = first + more.indexOf(kind);
    return more.includes(kind) && column < line.cells.length ? column : undefined;
  };
  const sparsity = at("sparsity");
  const mask = sparsity === undefined ? undefined : ratioOf(line, line.cells[sparsity]);
  return {
    line: line.number,
    name: line.cells[0],
    shape:
      form === "gemm"
        ? { M: line.size(1, "M"), N: line.size(2, "N"), K: line.size(3, "K") }
        : convolutionOf(line, at("stride"), at("batch")),
    ...(mask && { sparsity: mask }),
  };
}

/** 1:1 and the like leave out nothing. */
function ratioOf(line: Line, text: string): StructuredMask | undefined {
  try {
    const mask = parseStructuredMask("sparsity", text);
    return mask.kept < mask.of ? mask : undefined;
  } catch (error) {
    throw line.fail((error as Error).message);
  }
}

function convolutionOf(
  line: Line,
  strideWidth: number | undefined,
  batch: number | undefined,
): ConvolutionRow {
  const ifmap = [line.size(1, "IFMAP height"), line.size(2, "IFMAP width")] as const;
  const filter = [line.size(3, "filter height"), line.size(4, "filter width")] as const;
  ["height", "width"].forEach((side, axis) => {
    if (filter[axis] > ifmap[axis])
      throw line.fail(`filter ${side} must be at most the IFMAP's, ${ifmap[axis]}, is ${filter[axis]}`);
  });
  const stride = line.size(7, "stride");
  return {
    ifmap,
    filter,
    channels: line.size(5, "channels"),
    filters: line.size(6, "num filter"),
    stride: [stride, strideWidth === undefined ? stride : line.size(strideWidth, "stride width")],
    batch: batch === undefined ? 1 : line.size(batch, "batch size"),
  };
}
