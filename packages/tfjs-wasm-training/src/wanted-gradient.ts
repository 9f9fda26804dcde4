import type { Engine } from "./engine.ts";
import { type Block, blocks, frameOf, framing } from "./framing.ts";
import type { Gather } from "./gather.ts";
import type { GradientMask } from "./gradient-mask.ts";
import type { GradientPlaces } from "./weight-gradient.ts";

/** The planes of some channels stay in the first cache. */
const blockPositions = 512;

const eights = (count: number) => Math.ceil(count / 8) * 8;

/**
 * A weight gradient where a mask wants it, and 0 elsewhere, on a gather of the forward pass of stride 1: for each wanted weight a
 * channel of the feature map, shifted by its tap, times one of the error map, both as planes of rows of one width. Each sum
 * is made of eight partial ones, so that its last bits differ from those of the other methods. The maps must be finite:
 * behind each row of errors are zeros.
 */
export function wantedGradient(
  engine: Engine,
  gather: Gather,
  batch: number,
  places: GradientPlaces,
  mask: GradientMask,
): void {
  const { kernels } = engine;
  const { grid, source, target, taps } = gather;
  const frame = framing(gather, batch, blockPositions);
  const fullRows = frame.direct ? source.rows : frame.height(frame.rows);
  const sizeOf = ({ images, rows }: Pick<Block, "images" | "rows">) =>
    ((images - 1) * fullRows + frame.height(rows)) * frame.width;
  const planeBytes = (eights(sizeOf(frame)) + 8) * 4;
  const entries = entriesOf(gather, mask, frame.taps, planeBytes);
  const [frameAt, rowsAt, fmapsAt, emapsAt, listAt] = engine.scratch.pieces(
    frame.frameBytes,
    sizeOf(frame) * target.channels * 4,
    (source.channels + 1) * planeBytes,
    target.channels * planeBytes,
    entries.byteLength,
  );
  engine.write(listAt, entries);
  kernels.zero(places.gradient, taps.length * source.channels * target.channels * 4);
  kernels.zero(fmapsAt, (source.channels + 1) * planeBytes);
  const rowBytes = { fmap: source.channels * 4, emap: target.channels * 4 };
  for (const block of blocks(gather, frame, batch)) {
    const size = sizeOf(block);
    const fmap = frameOf(engine, gather, frame, block, places.fmap, frameAt);
    kernels.transpose(fmap, size, source.channels, rowBytes.fmap, fmapsAt, planeBytes);
    for (let i = 0; i < block.images; i++)
      kernels.frameRows(
        places.emap + (block.image + i) * target.rows * target.columns * rowBytes.emap,
        // what is behind the block's rows is another block's
        block.row + block.rows,
        target.columns,
        rowBytes.emap,
        block.row,
        0,
        i < block.images - 1 ? fullRows : frame.height(block.rows),
        frame.width,
        rowsAt + i * fullRows * frame.width * rowBytes.emap,
      );
    kernels.zero(emapsAt, target.channels * planeBytes);
    kernels.transpose(rowsAt, size, target.channels, rowBytes.emap, emapsAt, planeBytes);
    const last = ((block.images - 1) * fullRows + block.rows - 1) * frame.width + grid.columns;
    kernels.addWanted(fmapsAt, emapsAt, eights(last), listAt, listAt + entries.byteLength, places.gradient);
  }
}

interface Entries {
  readonly words: Int32Array;
  readonly of: string;
}

const known = new WeakMap<GradientMask, Entries>();

/** What `addWanted` is given, made when a mask is first used for maps of such sizes. */
function entriesOf(
  gather: Gather,
  mask: GradientMask,
  taps: readonly number[],
  planeBytes: number,
): Int32Array {
  const of = [planeBytes, ...taps].join();
  const last = known.get(mask);
  if (last?.of === of) return last.words;
  const words = Int32Array.from(makeEntries(gather, mask, taps, planeBytes));
  known.set(mask, { words, of });
  return words;
}

function makeEntries(
  { source, target }: Gather,
  { wanted }: GradientMask,
  taps: readonly number[],
  planeBytes: number,
): number[] {
  const fmapOf = (weight: number) => {
    const row = Math.floor(weight / target.channels);
    return (row % source.channels) * planeBytes + taps[Math.floor(row / source.channels)] / source.channels;
  };
  const entry = (k: number, weights: readonly number[]) => {
    // what fills an entry up adds the plane of zeros behind the others
    const fill = Array.from({ length: 4 - weights.length });
    const fmaps = [...weights.map(fmapOf), ...fill.map(() => source.channels * planeBytes)];
    const places = [...weights, ...fill.map(() => weights[0])].map((weight) => weight * 4);
    return [k * planeBytes, ...fmaps, ...places];
  };
  return wanted.flatMap((weights, k) =>
    Array.from({ length: Math.ceil(weights.length / 4) }, (_, i) =>
      entry(k, weights.slice(4 * i, 4 * i + 4)),
    ).flat(),
  );
}
