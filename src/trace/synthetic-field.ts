import { type Random, seededRandom } from "../random.ts";

/**
 * How unevenly zeros lie. An element is nonzero if the sum of what follows is above a threshold: one draw of its own,
 * even from 0 to 256, and normal draws that it shares with others, with these standard deviations.
 */
export interface Unevenness {
  /** shared by a channel in all images: channels differ in density */
  readonly channel: number;
  /** shared by an image in all channels */
  readonly image: number;
  /** shared by a channel in one image */
  readonly plane: number;
  /** smooth over the picture, the same in all images of a channel: a channel looks at one part of the picture */
  readonly place: number;
  /** smooth over the picture, the same in all channels of an image: the picture is empty in one part */
  readonly scene: number;
  /** smooth over the picture, another one for each channel and image: zeros cluster */
  readonly cluster: number;
  /** the smooth parts have this many cells down and across a picture, at most one for each row and column; 0: constant */
  readonly cells: readonly [down: number, across: number];
}

/** Flags are [images][channels][height][width]; a linear layer has height and width 1. */
export interface FieldShape {
  readonly images: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

const { imul } = Math;

/** Fractions in a draw: all sums are whole numbers of 1/256. */
const one = 256;
/** Standard deviation of the sum of four bytes: the normal draws here. Their mean is 510. */
const fourBytesDeviation = 147.8;

/**
 * Flags with `density` ones on average, [images][channels][height][width], uneven as told. Whole numbers decide each
 * flag, drawn from `streamSeed` ("" for what images share, else the image's number): the same seeds give the same
 * bytes on every machine.
 */
export function unevenFlags(
  { images, channels, height, width }: FieldShape,
  density: number,
  unevenness: Unevenness,
  streamSeed: (part: string) => number,
): Uint8Array {
  const flags = new Uint8Array(images * channels * height * width);
  const rows = lattice(height, unevenness.cells[0]);
  const columns = lattice(width, unevenness.cells[1]);
  const knots = rows.knots * columns.knots;
  const shared = seededRandom(streamSeed(""));
  const channelDraws = normals(channels, shared, unevenness.channel);
  const places = normals(channels * knots, shared, unevenness.place);
  // their mean is taken out, so that a few images have the right density too
  const imageDraws = centered(normals(images, shared, unevenness.image));
  const scenes = centered(normals(images * knots, shared, unevenness.scene));
  const ofChannels = places.map((draw, i) => draw + channelDraws[Math.floor(i / knots)]);
  const threshold = thresholdFor(density, ofChannels, unevenness);
  const gains = { plane: gainOf(unevenness.plane), cluster: gainOf(unevenness.cluster) };
  const pointGain = gainOf(together(unevenness.plane, unevenness.cluster));
  for (let n = 0; n < images; n++) {
    const random = seededRandom(streamSeed(String(n)));
    const bases = channelDraws.map((draw) => draw + imageDraws[n] - threshold);
    const scene = scenes.subarray(n * knots, (n + 1) * knots);
    const image = flags.subarray(n * channels * height * width, (n + 1) * channels * height * width);
    const seeds = [random.bits(), random.bits()] as const;
    if (height * width === 1) fillPoints(image, { bases, places, scene }, pointGain, seeds);
    else fillImage(image, rows, columns, { bases, places, scene }, gains, seeds);
  }
  return flags;
}

/** What an image's planes are made of: for each channel a base, at each knot of each channel its places, at each knot. */
interface ImageDraws {
  readonly bases: Int32Array;
  readonly places: Int32Array;
  readonly scene: Int32Array;
}

/**
 * One image of flags: the sign of base + smooth part + own draw, element by element. The stream is a splitmix (Steele,
 * Lea, Flood 2014) of 32 bits with Wellons' hash, with a step of its own for each image.
 */
function fillImage(
  flags: Uint8Array,
  rows: Lattice,
  columns: Lattice,
  { bases, places, scene }: ImageDraws,
  gains: { readonly plane: number; readonly cluster: number },
  [seed, step]: readonly [number, number],
): void {
  const width = columns.extent;
  const gamma = step | 1;
  const rowStep = imul(gamma, Math.ceil(width / 4));
  let state = seed | 0;
  // the smooth part at each row of knots, [knot row][x], and one row of zeros behind the last
  const smooth = new Int32Array((rows.knots + 1) * width);
  const part: SmoothPart = { smooth, width, rows };
  const knots = new Int32Array(columns.knots + 1);
  let at = 0;
  for (let c = 0, place = 0; c < bases.length; c++) {
    state = (state + gamma) | 0;
    const base = (bases[c] + fourBytes(hash(state)) * gains.plane) | 0;
    for (let k = 0, spot = 0; k < rows.knots; k++) {
      for (let j = 0; j < columns.knots; j++) {
        state = (state + gamma) | 0;
        knots[j] = places[place++] + scene[spot++] + fourBytes(hash(state)) * gains.cluster;
      }
      spread(knots, columns, smooth, k * width);
    }
    for (let y = 0; y < rows.extent; y++) {
      fillRow(flags, at, base, part, y, state, gamma);
      at += width;
      state = (state + rowStep) | 0;
    }
  }
}

/** The smooth part along a row of knots, put into `smooth` from `to`. */
function spread(knots: Int32Array, columns: Lattice, smooth: Int32Array, to: number): void {
  const { extent, cell, before, after } = columns;
  for (let x = 0; x < extent; x++) {
    const j = cell[x];
    smooth[to + x] = (imul(before[x], knots[j]) + imul(after[x], knots[j + 1])) >> 8;
  }
}

/** The smooth part of a channel in one image, [knot row][width]. */
interface SmoothPart {
  readonly smooth: Int32Array;
  readonly width: number;
  readonly rows: Lattice;
}

/** Row y of a channel, put into `flags` from `to`: a number of the stream behind `state` draws four elements. */
function fillRow(
  flags: Uint8Array,
  to: number,
  base: number,
  { smooth, width, rows }: SmoothPart,
  y: number,
  before: number,
  gamma: number,
): void {
  const above = rows.cell[y] * width;
  const below = above + width;
  const a = rows.before[y];
  const b = rows.after[y];
  let state = before;
  let x = 0;
  // four elements from one number, written out: twice as fast as one loop over all
  for (; x + 3 < width; x += 4) {
    state = (state + gamma) | 0;
    const draw = hash(state);
    const u = above + x;
    const v = below + x;
    const at = to + x;
    const sum0 = base + ((imul(a, smooth[u]) + imul(b, smooth[v])) >> 8) + ((draw & 255) << 8);
    const sum1 = base + ((imul(a, smooth[u + 1]) + imul(b, smooth[v + 1])) >> 8) + (draw & 0xff00);
    const sum2 = base + ((imul(a, smooth[u + 2]) + imul(b, smooth[v + 2])) >> 8) + ((draw >>> 8) & 0xff00);
    const sum3 = base + ((imul(a, smooth[u + 3]) + imul(b, smooth[v + 3])) >> 8) + ((draw >>> 16) & 0xff00);
    flags[at] = (sum0 >>> 31) ^ 1;
    flags[at + 1] = (sum1 >>> 31) ^ 1;
    flags[at + 2] = (sum2 >>> 31) ^ 1;
    flags[at + 3] = (sum3 >>> 31) ^ 1;
  }
  if (x === width) return;
  for (let draw = hash((state + gamma) | 0); x < width; x++, draw >>>= 8) {
    const smoothed = (imul(a, smooth[above + x]) + imul(b, smooth[below + x])) >> 8;
    flags[to + x] = ((base + smoothed + ((draw & 255) << 8)) >>> 31) ^ 1;
  }
}

/** An image of one element a channel, drawn as `fillImage` draws, without its loops: a plane and a cluster are one. */
function fillPoints(
  flags: Uint8Array,
  { bases, places, scene: [scene] }: ImageDraws,
  ownGain: number,
  [seed, step]: readonly [number, number],
): void {
  const gamma = step | 1;
  let state = seed | 0;
  for (let c = 0; c < flags.length; c++) {
    const plane = hash((state + gamma) | 0);
    state = (state + 2 * gamma) | 0;
    const own = fourBytes(plane) * ownGain + ((hash(state) & 255) << 8);
    flags[c] = ((bases[c] + places[c] + scene + own) >>> 31) ^ 1;
  }
}

function hash(state: number): number {
  let z = state ^ (state >>> 16);
  z = imul(z, 0x21f0aaad);
  z ^= z >>> 15;
  z = imul(z, 0x735a2d97);
  return z ^ (z >>> 15);
}

/**
 * Knots along one axis. In between, the two neighbours are weighted by square roots (in 256ths), so that the variance
 * is the same everywhere.
 */
interface Lattice {
  readonly extent: number;
  readonly knots: number;
  /** for each element: the knot before it, and the weights of that and the next one */
  readonly cell: Int32Array;
  readonly before: Int32Array;
  readonly after: Int32Array;
}

function lattice(extent: number, cells: number): Lattice {
  const pitch = Math.max(1, extent / cells); // no cells: without end
  const along = (value: (i: number) => number) => Int32Array.from({ length: extent }, (_, i) => value(i));
  const after = along((i) => Math.round(one * Math.sqrt((i / pitch) % 1)));
  const before = along((i) => Math.round(one * Math.sqrt(1 - ((i / pitch) % 1))));
  const cell = along((i) => Math.floor(i / pitch));
  return { extent, knots: cell[extent - 1] + (after[extent - 1] > 0 ? 2 : 1), cell, before, after };
}

const fourBytes = (bits: number): number =>
  (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510;

/** The deviation of a sum of independent draws. */
const together = (...deviations: number[]): number =>
  Math.sqrt(deviations.reduce((sum, d) => sum + d * d, 0));

const gainOf = (deviation: number): number => Math.round((deviation * one) / fourBytesDeviation);

function normals(count: number, random: Random, deviation: number): Int32Array {
  const gain = gainOf(deviation);
  return Int32Array.from({ length: count }, () => fourBytes(random.bits()) * gain);
}

function centered(draws: Int32Array): Int32Array {
  const mean = Math.round(draws.reduce((sum, draw) => sum + draw, 0) / draws.length);
  return draws.map((draw) => draw - mean);
}

/** The threshold at which channels with these draws, at their knots, have `density` ones on average, by bisection. */
function thresholdFor(density: number, ofChannels: Int32Array, unevenness: Unevenness): number {
  const above = survival(unevenness);
  let low = -(2 ** 20);
  let high = 2 ** 20;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    let sum = 0;
    for (const draw of ofChannels) sum += above(middle - draw);
    if (sum > density * ofChannels.length) low = middle;
    else high = middle;
  }
  return high;
}

/** The share of elements above z (in 1/256) when everything but the channel's own draws is drawn anew. */
function survival({ image, plane, scene, cluster }: Unevenness): (z: number) => number {
  const deviation = together(image, plane, scene, cluster);
  const reach = Math.ceil(5 * deviation) + 1;
  // below[i]: share below i - reach, the own draw taken at 32 values
  const below = new Float64Array(2 * reach + 256);
  for (let i = 0; i < below.length; i++) {
    let sum = 0;
    for (let own = 4; own < 256; own += 8) sum += normalShareBelow((i - reach - own) / (deviation || 1e-9));
    below[i] = sum / 32;
  }
  return (z) => {
    const at = z / one + reach;
    if (at <= 0) return 1;
    if (at >= below.length - 1) return 0;
    const i = Math.floor(at);
    return 1 - (below[i] + (at - i) * (below[i + 1] - below[i]));
  };
}

/** 64 steps a standard deviation, the mean at step 378. */
const normalBelow = normalTable();

function normalShareBelow(x: number): number {
  const at = x * 64 + 378.5;
  if (at <= 0) return 0;
  if (at >= normalBelow.length - 1) return 1;
  const i = Math.floor(at);
  return normalBelow[i] + (at - i) * (normalBelow[i + 1] - normalBelow[i]);
}

/**
 * The normal distribution as that of the sum of twelve even draws, each of 64 steps: exactly rounded arithmetic, no
 * Math.exp, whose last bits differ between engines.
 */
function normalTable(): Float64Array {
  let shares = new Float64Array([1]);
  for (let i = 0; i < 12; i++) {
    const next = new Float64Array(shares.length + 63);
    for (let j = 0; j < shares.length; j++) for (let k = 0; k < 64; k++) next[j + k] += shares[j] / 64;
    shares = next;
  }
  let sum = 0;
  return shares.map((share) => {
    sum += share;
    return sum;
  });
}
