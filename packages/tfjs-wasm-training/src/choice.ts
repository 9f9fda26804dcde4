import type { Engine } from "./engine.ts";
import type { Gather } from "./gather.ts";

// What a kernel takes, in nanoseconds of one core; only their ratios matter. Measured by `npm run bench`.

/** A multiplication and addition in a dense kernel, and in one that walks a list. */
const denseMac = 1 / 16;
const listedMac = 1 / 10;
/** The same for results that are wanted one by one, and looking whether one is and putting it where it belongs. */
const wantedMac = 1 / 10;
const wantedLook = 1.2;
const wantedStore = 4;
/** Putting a value into a plane of its channel. */
const planeValue = 1.5;
/** Looking at a value while lists are made, and putting one into a list. */
const look = 0.4;
const listing = 6;
/** Starting on a part of a list. */
const start = 12;
/** Looking whether a value is finite. */
const check = 0.1;

/** Values of a map that are looked at to estimate its density. */
const sample = 1 << 13;

const sixteens = (count: number) => Math.ceil(count / 16) * 16;

/** The share of values that are not zero: of small maps exact, of large ones that of a sample, the same each time. */
export function densityOf({ kernels }: Engine, at: number, count: number): number {
  // an odd number of 64s, so that all channels are looked at
  const stride = count <= sample ? 1 : Math.floor(count / sample / 2) * 2 + 1;
  return kernels.density(at, count, stride * 64);
}

const multiplications = ({ grid, source, target, taps }: Gather, batch: number) =>
  batch * grid.rows * grid.columns * taps.length * source.channels * target.channels;

const targetValues = ({ grid, target }: Gather, batch: number) =>
  batch * grid.rows * grid.columns * target.channels;

const sourceValues = ({ source }: Gather, batch: number) =>
  batch * source.rows * source.columns * source.channels;

/** What a weight gradient takes densely. */
export const denseGradientTime = (gather: Gather, batch: number): number =>
  multiplications(gather, batch) * denseMac;

/** What it takes from the nonzero values of the target's map, of such a density. */
export function listedGradientTime(gather: Gather, batch: number, density: number): number {
  const { source, runs, span } = gather;
  const values = targetValues(gather, batch);
  const perValue = listing + runs.length * sixteens(span * source.channels) * listedMac;
  return values * (look + density * perValue) + sourceValues(gather, batch) * check;
}

/** What it takes for so many wanted weights, from planes of both maps. */
export function wantedGradientTime(gather: Gather, batch: number, weights: number): number {
  const { grid, source, target } = gather;
  const rows = batch * grid.rows * (grid.columns + 2);
  return rows * (weights * wantedMac + (source.channels + target.channels) * planeValue);
}

/** What gathers, forward or backward, take densely. */
export const denseConvolutionTime = (gathers: readonly Gather[], batch: number): number =>
  gathers.reduce((sum, gather) => sum + multiplications(gather, batch) * denseMac, 0);

/** What they take from the nonzero values of the source, of such a density. */
export const listedConvolutionTime = (gathers: readonly Gather[], batch: number, density: number): number =>
  gathers.reduce((sum, gather) => {
    const { grid, runs, source, target, taps } = gather;
    const values = sourceValues(gather, batch);
    const positions = batch * grid.rows * grid.columns;
    const chunks = Math.ceil(target.channels / 48);
    const products = positions * taps.length * source.channels * sixteens(target.channels);
    return (
      sum +
      values * (look + density * listing) +
      positions * runs.length * chunks * start +
      density * products * listedMac
    );
  }, 0);

/** What they take for a share of the results. */
export const wantedConvolutionTime = (gathers: readonly Gather[], batch: number, share: number): number =>
  gathers.reduce((sum, gather) => {
    const { taps, source } = gather;
    const perValue = wantedStore + taps.length * source.channels * wantedMac;
    return sum + targetValues(gather, batch) * (wantedLook + share * perValue);
  }, 0);
