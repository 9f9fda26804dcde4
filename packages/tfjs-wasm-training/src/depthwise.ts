import { placeOf } from "./backend.ts";
import type { Engine } from "./engine.ts";
import { blocks, frameOf, framing, writeOffsets } from "./framing.ts";
import type { Gather } from "./gather.ts";

/** A layer that filters each channel for itself, `multiplier` times: its filter is [R][S][C][multiplier]. */
export interface Depthwise {
  readonly multiplier: number;
  readonly filterWidth: number;
  readonly channels: number;
  readonly batch: number;
}

/** Positions in a block: what they see of the source stays in the second cache. */
const blockPositions = 1024;

/** The same gather on maps that have each of the layer's outputs as a channel. */
const widened = (gather: Gather, channels: number): Gather => ({
  ...gather,
  source: { ...gather.source, channels },
  target: { ...gather.target, channels },
});

/** The gradient of a depthwise filter, from x and dy, on a gather of the forward pass. */
export function depthwiseFilterGradient(
  engine: Engine,
  forward: Gather,
  { multiplier, channels, batch }: Depthwise,
  places: { readonly fmap: number; readonly emap: number; readonly gradient: number },
): void {
  const { kernels } = engine;
  const wide = channels * multiplier;
  const gather = widened(forward, wide);
  const { source, target, grid, taps } = gather;
  const frame = framing(gather, batch, blockPositions);
  const tapCount = Math.ceil(taps.length / 3) * 3;
  const pixels = batch * source.rows * source.columns;
  const [frameAt, offsetsAt, tapsAt, repeatedAt, sumsAt] = engine.scratch.pieces(
    frame.frameBytes,
    frame.offsetBytes,
    tapCount * 4,
    multiplier > 1 ? pixels * wide * 4 : 0,
    tapCount * wide * 4,
  );
  if (multiplier > 1) kernels.repeatElements(places.fmap, pixels * channels, multiplier, repeatedAt);
  kernels.zero(sumsAt, tapCount * wide * 4);
  writeOffsets(engine, gather, frame, offsetsAt);
  // taps that only fill the last three are the first one again
  engine.write(
    tapsAt,
    Array.from({ length: tapCount }, (_, tap) => frame.taps[tap] ?? frame.taps[0]),
  );
  for (const block of blocks(gather, frame, batch))
    kernels.depthwiseFilter(
      frameOf(engine, gather, frame, block, multiplier > 1 ? repeatedAt : places.fmap, frameAt),
      offsetsAt,
      block.images * block.rows * grid.columns,
      tapsAt,
      tapCount,
      wide,
      places.emap + (block.image * target.rows + block.row) * target.columns * wide * 4,
      sumsAt,
    );
  const bytes = taps.length * wide * 4;
  kernels.copyBlocks(sumsAt, 0, 0, places.gradient, 0, 0, 1, 1, bytes);
}

/** The gradient of a depthwise layer's input, from dy and the filter, on the gathers of the input's gradient. */
export function depthwiseInputGradient(
  engine: Engine,
  gathers: readonly Gather[],
  layer: Depthwise,
  places: { readonly emap: number; readonly filter: number; readonly gradient: number },
): void {
  const { multiplier, channels, batch } = layer;
  if (multiplier === 1) {
    for (const gather of gathers) gatherDepthwise(engine, gather, layer, places, places.gradient);
    return;
  }
  // the gradients of all outputs of a channel, which are then added
  const { rows, columns } = gathers[0].target;
  const pixels = batch * rows * columns;
  const wide = engine.backend.makeOutput([pixels, channels * multiplier], "float32");
  const wideAt = placeOf(engine.backend, wide);
  for (const gather of gathers) gatherDepthwise(engine, gather, layer, places, wideAt);
  engine.kernels.foldGroups(wideAt, pixels * channels, multiplier, places.gradient);
  engine.backend.disposeData(wide.dataId);
}

function gatherDepthwise(
  engine: Engine,
  input: Gather,
  { multiplier, filterWidth, channels, batch }: Depthwise,
  places: { readonly emap: number; readonly filter: number },
  out: number,
): void {
  const { kernels } = engine;
  const wide = channels * multiplier;
  const gather = widened(input, wide);
  const { grid, target, taps } = gather;
  const frame = framing(gather, batch, blockPositions);
  const pixelBytes = wide * 4;
  const [frameAt, offsetsAt, outOffsetsAt, tapsAt, weightsAt] = engine.scratch.pieces(
    frame.frameBytes,
    frame.offsetBytes,
    frame.offsetBytes,
    taps.length * 4,
    taps.length * pixelBytes,
  );
  writeOffsets(engine, gather, frame, offsetsAt);
  const imageBytes = target.rows * target.columns * pixelBytes;
  const rowBytes = target.rowStep * target.columns * pixelBytes;
  const columnBytes = target.columnStep * pixelBytes;
  kernels.offsets(outOffsetsAt, frame.images, frame.rows, grid.columns, imageBytes, rowBytes, columnBytes);
  engine.write(tapsAt, frame.taps);
  for (const [i, { row, column }] of taps.entries()) {
    const from = places.filter + (row * filterWidth + column) * pixelBytes;
    kernels.copyBlocks(from, 0, 0, weightsAt + i * pixelBytes, 0, 0, 1, 1, pixelBytes);
  }
  for (const block of blocks(gather, frame, batch))
    kernels.depthwiseGather(
      frameOf(engine, gather, frame, block, places.emap, frameAt),
      offsetsAt,
      outOffsetsAt,
      block.images * block.rows * grid.columns,
      tapsAt,
      taps.length,
      wide,
      weightsAt,
      out +
        (target.row * target.columns + target.column) * pixelBytes +
        block.image * imageBytes +
        block.row * rowBytes,
    );
}
