import type { backend_util } from "@tensorflow/tfjs-core";

type Conv2DInfo = backend_util.Conv2DInfo;

interface Place {
  readonly row: number;
  readonly column: number;
}

/**
 * How each position of a grid gathers from a source map: position (i, j) sees the source from row i * rowStep and column
 * j * columnStep on, and of there `runs`, each of `span` columns side by side. A forward pass is one gather, and so is the
 * gradient of its input where the stride is 1; else that is one for each residue of rows and columns.
 */
export interface Gather {
  readonly source: { readonly rows: number; readonly columns: number; readonly channels: number };
  readonly grid: {
    readonly rows: number;
    readonly columns: number;
    readonly rowStep: number;
    readonly columnStep: number;
  };
  readonly runs: readonly Place[];
  readonly span: number;
  /** the filter's taps in the order in which they are summed: by run, and by column within it */
  readonly taps: readonly Place[];
  /** where a position's result lies: row + i * rowStep, column + j * columnStep of the target map */
  readonly target: {
    readonly rows: number;
    readonly columns: number;
    readonly channels: number;
    readonly row: number;
    readonly column: number;
    readonly rowStep: number;
    readonly columnStep: number;
  };
}

/** What one axis of a filter asks for: where in the source each of its taps lies, in rising order. */
interface Axis {
  readonly places: readonly number[];
  readonly taps: readonly number[];
}

/** y from x: position (p, q) sees x from row p * stride - top on. */
export function forwardGather(info: Conv2DInfo): Gather {
  const rows = forwardAxis(info.filterHeight, info.dilationHeight, info.padInfo.top);
  const columns = forwardAxis(info.filterWidth, info.dilationWidth, info.padInfo.left);
  return {
    source: { rows: info.inHeight, columns: info.inWidth, channels: info.inChannels },
    grid: {
      rows: info.outHeight,
      columns: info.outWidth,
      rowStep: info.strideHeight,
      columnStep: info.strideWidth,
    },
    ...runsOf(rows, columns),
    target: {
      rows: info.outHeight,
      columns: info.outWidth,
      channels: info.outChannels,
      row: 0,
      column: 0,
      rowStep: 1,
      columnStep: 1,
    },
  };
}

/** dx from dy: one gather for each residue of a row and a column of x by the strides. */
export function inputGathers(info: Conv2DInfo): Gather[] {
  const gathers: Gather[] = [];
  for (let row = 0; row < Math.min(info.strideHeight, info.inHeight); row++)
    for (let column = 0; column < Math.min(info.strideWidth, info.inWidth); column++)
      gathers.push(inputGather(info, row, column));
  return gathers;
}

function inputGather(info: Conv2DInfo, row: number, column: number): Gather {
  const { strideHeight, strideWidth } = info;
  const rows = inputAxis(info.filterHeight, info.dilationHeight, row + info.padInfo.top, strideHeight);
  const columns = inputAxis(info.filterWidth, info.dilationWidth, column + info.padInfo.left, strideWidth);
  return {
    source: { rows: info.outHeight, columns: info.outWidth, channels: info.outChannels },
    grid: {
      rows: Math.ceil((info.inHeight - row) / strideHeight),
      columns: Math.ceil((info.inWidth - column) / strideWidth),
      rowStep: 1,
      columnStep: 1,
    },
    ...runsOf(rows, columns),
    target: {
      rows: info.inHeight,
      columns: info.inWidth,
      channels: info.inChannels,
      row,
      column,
      rowStep: strideHeight,
      columnStep: strideWidth,
    },
  };
}

function forwardAxis(size: number, dilation: number, before: number): Axis {
  const taps = Array.from({ length: size }, (_, tap) => tap);
  return { taps, places: taps.map((tap) => tap * dilation - before) };
}

/** A tap gives x at h to y at (h + before - tap * dilation) / stride where that is whole; the last tap to the first. */
function inputAxis(size: number, dilation: number, from: number, stride: number): Axis {
  const all = Array.from({ length: size }, (_, tap) => size - 1 - tap);
  const taps = all.filter((tap) => (from - tap * dilation) % stride === 0);
  return { taps, places: taps.map((tap) => (from - tap * dilation) / stride) };
}

/** Columns that lie side by side make one run of each row; else each is a run of its own. */
function runsOf(rows: Axis, columns: Axis): Pick<Gather, "runs" | "span" | "taps"> {
  const sideBySide = columns.places.every((place, i) => place === columns.places[0] + i);
  const starts = sideBySide ? columns.places.slice(0, 1) : columns.places;
  return {
    runs: rows.places.flatMap((row) => starts.map((column) => ({ row, column }))),
    span: sideBySide ? Math.max(columns.places.length, 1) : 1,
    taps: rows.taps.flatMap((row) => columns.taps.map((column) => ({ row, column }))),
  };
}
