import type { Engine } from "./engine.ts";
import { blocks, frameOf, framing, writeOffsets } from "./framing.ts";
import type { Gather } from "./gather.ts";
import { share } from "./threads.ts";

/** The filter [R][S][C][K] as a gather's matrices: from C to K going forward, from K to C for the gradient of the input. */
export interface Weights {
  readonly at: number;
  /** taps in a row of the filter */
  readonly filterWidth: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly direction: "forward" | "backward";
}

/** Both give the same bits for finite numbers: each sum goes by run, column and channel, and a zero in it changes nothing. */
export type ConvolutionMethod = "dense" | "listed";

/** target = the source [N][rows][columns][channels] gathered and multiplied by the weights, for each gather's positions. */
export function convolve(
  engine: Engine,
  method: ConvolutionMethod,
  gather: Gather,
  batch: number,
  sourceAt: number,
  weights: Weights,
  targetAt: number,
): void {
  const convolution = method === "dense" ? convolveDense : convolveListed;
  convolution(engine, gather, batch, sourceAt, weights, targetAt);
}

/** Positions in a block: what they see of the source stays in the second cache. */
const blockPositions = 1024;

const tapBytes = ({ inputs, outputs }: Weights) => inputs * outputs * 4;

/** Where each tap's matrix begins in the filter. */
const tapOffsets = ({ taps }: Gather, weights: Weights) =>
  taps.map(({ row, column }) => (row * weights.filterWidth + column) * tapBytes(weights));

/** Bytes from one position's result to the next: image, row, column. */
function targetSteps({ target }: Gather) {
  const pixelBytes = target.channels * 4;
  return {
    image: target.rows * target.columns * pixelBytes,
    row: target.rowStep * target.columns * pixelBytes,
    column: target.columnStep * pixelBytes,
    first: (target.row * target.columns + target.column) * pixelBytes,
  };
}

function convolveDense(
  engine: Engine,
  gather: Gather,
  batch: number,
  sourceAt: number,
  weights: Weights,
  targetAt: number,
): void {
  const { kernels, threads } = engine;
  const { grid, source, taps, runs, span } = gather;
  const frame = framing(gather, batch, blockPositions);
  const panelBytes = Math.ceil(weights.outputs / 8) * 8 * taps.length * weights.inputs * 4;
  const [frameAt, offsetsAt, outOffsetsAt, runsAt, tapsAt, panelsAt] = engine.scratch.pieces(
    frame.frameBytes,
    frame.offsetBytes,
    frame.offsetBytes,
    runs.length * 4,
    taps.length * 4,
    panelBytes,
  );
  writeOffsets(engine, gather, frame, offsetsAt);
  const to = targetSteps(gather);
  kernels.offsets(outOffsetsAt, frame.images, frame.rows, grid.columns, to.image, to.row, to.column);
  engine.write(runsAt, frame.runs);
  packWeights(engine, gather, weights, tapsAt, panelsAt);
  const length = span * source.channels;
  for (const block of blocks(gather, frame, batch)) {
    const seen = frameOf(engine, gather, frame, block, sourceAt, frameAt);
    const positions = block.images * block.rows * grid.columns;
    const out = targetAt + to.first + block.image * to.image + block.row * to.row;
    share(threads, "convolveDense", outputsOf(weights, positions, taps.length), (from, count) => [
      seen,
      offsetsAt,
      outOffsetsAt,
      positions,
      runsAt,
      runs.length,
      length,
      panelsAt + from * runs.length * length * 4,
      count,
      out + from * 4,
    ]);
  }
}

/** Outputs as what threads share, by panels. */
const outputsOf = ({ inputs, outputs }: Weights, positions: number, taps: number) => ({
  total: outputs,
  unit: 8,
  multiplications: positions * taps * inputs * outputs,
});

function packWeights(
  { kernels, write }: Engine,
  gather: Gather,
  weights: Weights,
  tapsAt: number,
  panelsAt: number,
): void {
  const { at, inputs, outputs, direction } = weights;
  const [rowStep, columnStep] = direction === "forward" ? [outputs * 4, 4] : [4, inputs * 4];
  write(tapsAt, tapOffsets(gather, weights));
  kernels.packColumns(at, tapsAt, gather.taps.length, inputs, outputs, rowStep, columnStep, panelsAt);
}

/** Whether `convolveWanted` can: its sums go by eights of what a run sees. */
export const canConvolveWanted = (gathers: readonly Gather[]): boolean =>
  gathers.every(({ span, source, runs }) => runs.length > 0 && (span * source.channels) % 8 === 0);

/** Positions of which the frame stays in the first cache while all channels go by. */
const wantedPositions = 256;

/**
 * The same going backward, where a map like the target's is above 0, and 0 elsewhere. Each sum is made of eight partial ones,
 * so that its last bits differ from those of the other two methods.
 */
export function convolveWanted(
  engine: Engine,
  gather: Gather,
  batch: number,
  sourceAt: number,
  weights: Weights,
  maskAt: number,
  targetAt: number,
): void {
  const { kernels, scratch, threads } = engine;
  const { grid, source, taps, runs, span } = gather;
  const frame = framing(gather, batch, wantedPositions);
  const tapRow = weights.inputs * 4;
  const listBytes = frame.offsetBytes + 16;
  const [frameAt, offsetsAt, outOffsetsAt, runsAt, rowsAt, listAt] = scratch.pieces(
    frame.frameBytes,
    frame.offsetBytes,
    frame.offsetBytes,
    runs.length * 4,
    weights.outputs * taps.length * tapRow,
    listBytes * threads.most,
  );
  writeOffsets(engine, gather, frame, offsetsAt);
  const to = targetSteps(gather);
  kernels.offsets(outOffsetsAt, frame.images, frame.rows, grid.columns, to.image, to.row, to.column);
  engine.write(runsAt, frame.runs);
  for (const [i, offset] of tapOffsets(gather, weights).entries())
    kernels.copyBlocks(
      weights.at + offset,
      0,
      tapRow,
      rowsAt + i * tapRow,
      0,
      taps.length * tapRow,
      1,
      weights.outputs,
      tapRow,
    );
  for (const block of blocks(gather, frame, batch)) {
    const first = to.first + block.image * to.image + block.row * to.row;
    const seen = frameOf(engine, gather, frame, block, sourceAt, frameAt);
    const positions = block.images * block.rows * grid.columns;
    share(threads, "convolveWanted", outputsOf(weights, positions, taps.length), (from, count, part) => [
      seen,
      offsetsAt,
      outOffsetsAt,
      positions,
      runsAt,
      runs.length,
      span * source.channels,
      rowsAt + from * taps.length * tapRow,
      count,
      maskAt + first + from * 4,
      targetAt + first + from * 4,
      listAt + part * listBytes,
    ]);
  }
}

function convolveListed(
  engine: Engine,
  gather: Gather,
  batch: number,
  sourceAt: number,
  weights: Weights,
  targetAt: number,
): void {
  const { kernels, scratch, threads } = engine;
  const { grid, source, target, runs, taps } = gather;
  const pitch = Math.ceil(weights.outputs / 16) * 64;
  const whole = pitch === weights.outputs * 4;
  const inPlace = whole && weights.direction === "forward";
  const frame = framing(gather, 1, blockPositions);
  const listedRows = Math.min(frame.height(frame.rows), source.rows);
  const [entriesAt, startsAt, runsAt, rowsAt, resultsAt] = scratch.pieces(
    listedRows * source.columns * source.channels * 8,
    listedRows * (source.columns + 1) * 4,
    runs.length * 8 * threads.most,
    inPlace ? 0 : taps.length * weights.inputs * pitch,
    whole ? 0 : frame.rows * grid.columns * pitch,
  );
  if (!inPlace) padWeights(engine, gather, weights, pitch, rowsAt);
  const to = targetSteps(gather);
  for (const block of blocks(gather, frame, batch)) {
    const top = block.row * grid.rowStep + frame.firstRow;
    const first = Math.min(Math.max(top, 0), source.rows);
    const listed = Math.max(Math.min(top + frame.height(block.rows), source.rows) - first, 0);
    const map = sourceAt + (block.image * source.rows + first) * source.columns * source.channels * 4;
    kernels.listRows(map, listed, source.columns, source.channels, pitch, entriesAt, startsAt);
    const out = targetAt + to.first + block.image * to.image + block.row * to.row;
    const rowBytes = whole ? to.row : grid.columns * pitch;
    const multiplications = block.rows * grid.columns * taps.length * source.channels * target.channels;
    share(threads, "convolveListed", { total: block.rows, unit: 1, multiplications }, (from, count, part) => {
      const partRuns = runsAt + part * runs.length * 8;
      const above = (block.row + from) * grid.rowStep - first;
      engine.write(
        partRuns,
        runs.flatMap(({ row, column }) => [row + above, column]),
      );
      return [
        startsAt,
        listed,
        source.columns,
        partRuns,
        runs.length,
        gather.span,
        inPlace ? weights.at : rowsAt,
        source.channels * pitch,
        count,
        grid.columns,
        grid.rowStep,
        grid.columnStep,
        pitch,
        (whole ? out : resultsAt) + from * rowBytes,
        rowBytes,
        whole ? to.column : pitch,
      ];
    });
    if (!whole)
      kernels.copyBlocks(
        resultsAt,
        grid.columns * pitch,
        pitch,
        out,
        to.row,
        to.column,
        block.rows,
        grid.columns,
        target.channels * 4,
      );
  }
}

/** Rows [tap][input][pitch] of the filter's matrices, in the order of the gather's taps. */
function padWeights({ kernels }: Engine, gather: Gather, weights: Weights, pitch: number, to: number): void {
  const { at, inputs, outputs, direction } = weights;
  const bytes = inputs * pitch;
  if (pitch !== outputs * 4) kernels.zero(to, gather.taps.length * bytes);
  for (const [i, offset] of tapOffsets(gather, weights).entries())
    if (direction === "backward")
      kernels.transpose(at + offset, outputs, inputs, inputs * 4, to + i * bytes, pitch);
    else kernels.copyBlocks(at + offset, 0, outputs * 4, to + i * bytes, 0, pitch, 1, inputs, outputs * 4);
}
