import type { Engine } from "./engine.ts";
import { type Block, blocks, foursOf, frameOf, framing, writeOffsets } from "./framing.ts";
import type { Gather } from "./gather.ts";
import { share } from "./threads.ts";

/**
 * How a weight gradient is computed: densely, from the nonzero values of the error map, or from those of the feature map.
 * All give the same bits for finite numbers: each sum goes by image, row and column, and a zero in it changes nothing.
 */
export type GradientMethod = "dense" | "emap" | "fmap";

/** x [N][H][W][C], dy [N][P][Q][K] and where the gradient [R][S][C][K] goes. */
export interface GradientPlaces {
  readonly fmap: number;
  readonly emap: number;
  readonly gradient: number;
}

/** Positions in a block: the planes of four channels, a panel of errors and their sums stay in the first cache. */
const densePositions = 512;
/** The rows that a list's entries point to stay in the second cache, and a list is long enough to be worth its start. */
const listedPositions = 512;

const align = (count: number, to: number) => Math.ceil(count / to) * to;

/** Densely: outer products of what a tap sees and the errors, on a gather of the forward pass. */
export function denseGradient(engine: Engine, gather: Gather, batch: number, places: GradientPlaces): void {
  const { kernels, threads } = engine;
  const { grid, source, target, taps } = gather;
  const frame = framing(gather, batch, densePositions, "fours");
  const [inputs, outputs] = [align(source.channels, 4), align(target.channels, 8)];
  const whole = inputs === source.channels && outputs === target.channels;
  const sumsBytes = taps.length * inputs * outputs * 4;
  const [frameAt, offsetsAt, tapsAt, panelsAt, sums] = engine.scratch.pieces(
    (inputs / 4) * frame.frameBytes,
    frame.offsetBytes,
    taps.length * 4,
    frame.positions * outputs * 4,
    whole ? 0 : sumsBytes,
  );
  const sumsAt = whole ? places.gradient : sums;
  kernels.zero(sumsAt, sumsBytes);
  writeOffsets(engine, gather, frame, offsetsAt);
  engine.write(tapsAt, frame.taps);
  for (const block of blocks(gather, frame, batch)) {
    const positions = block.images * block.rows * grid.columns;
    foursOf(engine, gather, frame, block, places.fmap, frameAt);
    kernels.packRows(mapAt(places.emap, target, block), positions, target.channels, panelsAt);
    const multiplications = positions * taps.length * inputs * outputs;
    share(threads, "addOuterProducts", { total: inputs / 4, unit: 1, multiplications }, (from, count) => [
      frameAt + from * frame.frameBytes,
      frame.frameBytes,
      count,
      offsetsAt,
      positions,
      tapsAt,
      taps.length,
      panelsAt,
      target.channels,
      sumsAt + from * outputs * 16,
      inputs * outputs * 4,
    ]);
  }
  if (whole) return;
  const [from, to] = [outputs * 4, target.channels * 4];
  const { channels } = source;
  kernels.copyBlocks(
    sumsAt,
    inputs * from,
    from,
    places.gradient,
    channels * to,
    to,
    taps.length,
    channels,
    to,
  );
}

/** From the nonzero errors of each output channel, on a gather of the forward pass. */
export function emapGradient(engine: Engine, gather: Gather, batch: number, places: GradientPlaces): void {
  const { source, target, runs, span } = gather;
  const length = span * source.channels;
  addListed(engine, gather, batch, places.fmap, places.emap, (sums, pitch) => {
    for (let run = 0; run < runs.length; run++)
      engine.kernels.transpose(
        sums + run * pitch,
        target.channels,
        length,
        runs.length * pitch,
        places.gradient + run * length * target.channels * 4,
        target.channels * 4,
      );
  });
}

/** From the nonzero values of each input channel, on a gather of the input's gradient, of stride 1. */
export function fmapGradient(
  engine: Engine,
  gather: Gather,
  batch: number,
  places: GradientPlaces,
  filterWidth: number,
): void {
  const { source, target, runs, span, taps } = gather;
  const rowBytes = source.channels * 4;
  addListed(engine, gather, batch, places.emap, places.fmap, (sums, pitch) => {
    for (const [i, { row, column }] of taps.entries())
      engine.kernels.copyBlocks(
        sums + Math.floor(i / span) * pitch + (i % span) * rowBytes,
        0,
        runs.length * pitch,
        places.gradient + (row * filterWidth + column) * target.channels * rowBytes,
        0,
        rowBytes,
        1,
        target.channels,
        rowBytes,
      );
  });
}

/** Sums [target channel][run][pitch] over the nonzero values of the target's map, which `use` puts where they belong. */
function addListed(
  engine: Engine,
  gather: Gather,
  batch: number,
  sourceAt: number,
  targetAt: number,
  use: (sums: number, pitch: number) => void,
): void {
  const { kernels, threads } = engine;
  const { grid, source, target, runs, span, taps } = gather;
  const frame = framing(gather, batch, listedPositions);
  const pitch = align(span * source.channels, 16) * 4;
  const listBytes = frame.positions * 8;
  const [frameAt, offsetsAt, runsAt, listsAt, endsAt, sumsAt] = engine.scratch.pieces(
    frame.frameBytes,
    frame.offsetBytes,
    runs.length * 4,
    target.channels * listBytes,
    target.channels * 4,
    target.channels * runs.length * pitch,
  );
  kernels.zero(sumsAt, target.channels * runs.length * pitch);
  writeOffsets(engine, gather, frame, offsetsAt);
  engine.write(runsAt, frame.runs);
  const starts = Array.from({ length: target.channels }, (_, channel) => listsAt + channel * listBytes);
  for (const block of blocks(gather, frame, batch)) {
    engine.write(endsAt, starts);
    const positions = block.images * block.rows * grid.columns;
    kernels.listChannels(mapAt(targetAt, target, block), offsetsAt, positions, target.channels, endsAt);
    const seen = frameOf(engine, gather, frame, block, sourceAt, frameAt);
    const multiplications = positions * taps.length * source.channels * target.channels;
    share(threads, "addLists", { total: target.channels, unit: 1, multiplications }, (from, count) => [
      seen,
      runsAt,
      runs.length,
      listsAt + from * listBytes,
      listBytes,
      endsAt + from * 4,
      count,
      pitch,
      sumsAt + from * runs.length * pitch,
    ]);
  }
  use(sumsAt, pitch);
}

/** Where a block of the target's map begins: its positions lie one behind the other. */
const mapAt = (at: number, { rows, columns, channels }: Gather["target"], { image, row }: Block) =>
  at + (image * rows + row) * columns * channels * 4;
