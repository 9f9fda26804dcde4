import type { Engine } from "./engine.ts";
import type { Gather } from "./gather.ts";

/** A part of a batch: so many whole images, or a band of rows of one. */
export interface Block {
  /** the first image */
  readonly image: number;
  readonly images: number;
  /** the first row of the grid, and how many */
  readonly row: number;
  readonly rows: number;
}

/** Where a gather's operands lie while a block is worked on. */
export interface Framing {
  /** a block's images and rows at most */
  readonly images: number;
  readonly rows: number;
  /** positions in it */
  readonly positions: number;
  /** the first row of the source that the grid's first position sees */
  readonly firstRow: number;
  /** the row and column of the source where the frame of the grid's first position begins */
  readonly top: number;
  readonly left: number;
  /** columns of a frame */
  readonly width: number;
  /** rows of the source that so many rows of the grid see */
  height(rows: number): number;
  /** whether the source itself is the frame, as nothing outside of it is seen */
  readonly direct: boolean;
  /** bytes from one image, row and column of positions to the next */
  readonly imageBytes: number;
  readonly rowBytes: number;
  readonly columnBytes: number;
  /** where each run begins, in bytes behind a position */
  readonly runs: readonly number[];
  /** where each column of each run lies, likewise */
  readonly taps: readonly number[];
  /** bytes of scratch for the frame (in fours, of one plane of four channels) and for the offsets of a block's positions */
  readonly frameBytes: number;
  readonly offsetBytes: number;
}

/**
 * The framing of a gather in blocks of about so many positions, if the maps have as many: as many as a kernel's operands stay
 * in cache for.
 */
export function framing(
  gather: Gather,
  batch: number,
  blockPositions: number,
  layout: "rows" | "fours" = "rows",
): Framing {
  const { source, grid, runs, span } = gather;
  const [images, rows] = blockSize(grid.rows, grid.columns, batch, blockPositions);
  const seen = extent(gather);
  const direct = layout === "rows" && sourceIsFrame(gather, seen);
  const top = direct ? 0 : seen.top;
  const left = direct ? 0 : seen.left;
  const width = direct ? source.columns : (grid.columns - 1) * grid.columnStep + seen.right - left + span;
  const pixelBytes = layout === "rows" ? source.channels * 4 : 16;
  const height = (count: number) => (count - 1) * grid.rowStep + seen.bottom - seen.top + 1;
  const imageBytes = (direct ? source.rows : height(rows)) * width * pixelBytes;
  return {
    images,
    rows,
    positions: images * rows * grid.columns,
    firstRow: seen.top,
    top,
    left,
    width,
    height,
    direct,
    imageBytes,
    rowBytes: grid.rowStep * width * pixelBytes,
    columnBytes: grid.columnStep * pixelBytes,
    runs: runs.map(({ row, column }) => ((row - top) * width + column - left) * pixelBytes),
    taps: runs.flatMap(({ row, column }) =>
      Array.from({ length: span }, (_, i) => ((row - top) * width + column + i - left) * pixelBytes),
    ),
    frameBytes: direct ? 0 : images * imageBytes,
    offsetBytes: images * rows * grid.columns * 4,
  };
}

function blockSize(rows: number, columns: number, batch: number, positions: number): [number, number] {
  const images = Math.floor(positions / (rows * columns));
  if (images >= 1) return [Math.min(images, batch), rows];
  return [1, Math.min(rows, Math.max(1, Math.floor(positions / columns)))];
}

interface Extent {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The first and the last row and column at which a run begins, of the grid's first position. */
function extent({ runs }: Gather): Extent {
  if (runs.length === 0) return { top: 0, bottom: 0, left: 0, right: 0 };
  const rows = runs.map(({ row }) => row);
  const columns = runs.map(({ column }) => column);
  return {
    top: Math.min(...rows),
    bottom: Math.max(...rows),
    left: Math.min(...columns),
    right: Math.max(...columns),
  };
}

/** Kernels read whole sixteens of floats, so a run of another length could end outside of the memory. */
function sourceIsFrame({ source, grid, span }: Gather, seen: Extent): boolean {
  if ((span * source.channels) % 16 !== 0) return false;
  const lastRow = (grid.rows - 1) * grid.rowStep + seen.bottom;
  const lastColumn = (grid.columns - 1) * grid.columnStep + seen.right + span - 1;
  return seen.top >= 0 && seen.left >= 0 && lastRow < source.rows && lastColumn < source.columns;
}

/** The blocks of a batch in order: whole images, or the rows of each image from its first on. */
export function* blocks({ grid }: Gather, { images, rows }: Framing, batch: number): Generator<Block> {
  for (let image = 0; image < batch; image += images)
    for (let row = 0; row < grid.rows; row += rows)
      yield {
        image,
        images: Math.min(images, batch - image),
        row,
        rows: Math.min(rows, grid.rows - row),
      };
}

/** Writes the offsets of a block's positions in its frame. */
export function writeOffsets({ kernels }: Engine, { grid }: Gather, framing: Framing, at: number): void {
  const { images, rows, imageBytes, rowBytes, columnBytes } = framing;
  kernels.offsets(at, images, rows, grid.columns, imageBytes, rowBytes, columnBytes);
}

/** Puts what a block sees of the source into the frame; gives where that begins. */
export function frameOf(
  { kernels }: Engine,
  { source, grid }: Gather,
  framing: Framing,
  block: Block,
  sourceAt: number,
  frameAt: number,
): number {
  const pixelBytes = source.channels * 4;
  const imageAt = (image: number) => sourceAt + image * source.rows * source.columns * pixelBytes;
  if (framing.direct) return imageAt(block.image) + block.row * framing.rowBytes;
  const top = block.row * grid.rowStep + framing.top;
  for (let i = 0; i < block.images; i++)
    kernels.frameRows(
      imageAt(block.image + i),
      source.rows,
      source.columns,
      pixelBytes,
      top,
      framing.left,
      framing.height(block.rows),
      framing.width,
      frameAt + i * framing.imageBytes,
    );
  return frameAt;
}

/** The same with four channels of all pixels side by side; its planes are `frameBytes` each. */
export function foursOf(
  { kernels }: Engine,
  { source, grid }: Gather,
  framing: Framing,
  block: Block,
  sourceAt: number,
  frameAt: number,
): void {
  const { rows, columns, channels } = source;
  const planes = Math.ceil(channels / 4);
  const height = framing.height(block.rows);
  const top = block.row * grid.rowStep + framing.top;
  const inside =
    framing.left >= 0 && framing.left + framing.width <= columns && top >= 0 && top + height <= rows;
  if (!inside) kernels.zero(frameAt, planes * framing.frameBytes);
  for (let i = 0; i < block.images; i++)
    kernels.frameFours(
      sourceAt + (block.image + i) * rows * columns * channels * 4,
      rows,
      columns,
      channels,
      top,
      framing.left,
      height,
      framing.width,
      framing.frameBytes,
      frameAt + i * framing.imageBytes,
    );
}
