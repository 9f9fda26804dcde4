import type { GateSimulator } from "../gate-simulator.ts";
import { formatOfWidth, type LayerOperands } from "../operands.ts";
import { type MeasuredUse, measuredUse, reset } from "./stimulus.ts";

const lanes = 16;
const cycles = 1500;

/** Row and lanes aside of each choice, as the scheduler numbers them. */
const choices = [
  [0, 0],
  [1, -1],
  [1, 0],
  [1, 1],
  [1, 3],
  [2, -2],
  [2, 0],
  [2, 2],
] as const;

/** Rows of 16 positions of a plane of the emap, and the index of each position in both maps; -1 beyond them. */
interface StreamRow {
  readonly bits: number;
  readonly emap: readonly number[];
  readonly fmap: readonly number[];
}

/** Streams of planes of the emap, each with one tap of a channel of the fmap. */
function* streams(operands: LayerOperands): Generator<readonly StreamRow[]> {
  const { N, C, H, W, K, P, Q, R, S, stride, padding } = operands.layer;
  for (;;) {
    const [n, c, k, r, s] = [N, C, K, R, S].map((limit) => operands.random.below(limit));
    yield Array.from({ length: Math.ceil((P * Q) / lanes) }, (_, row) => {
      const positions = Array.from({ length: lanes }, (_, lane) => row * lanes + lane);
      const emap = positions.map((at) => (at < P * Q ? (n * K + k) * P * Q + at : -1));
      const fmap = positions.map((at) => {
        const h = Math.floor(at / Q) * stride[0] - padding[0] + r;
        const w = (at % Q) * stride[1] - padding[1] + s;
        return at < P * Q && h >= 0 && h < H && w >= 0 && w < W ? ((n * C + c) * H + h) * W + w : -1;
      });
      const bits = emap.reduce((word, at, lane) => word | ((at < 0 ? 0 : operands.emap[at]) << lane), 0);
      return { bits, emap, fmap };
    });
  }
}

/** Drives the scheduler alone: the stream moves on as soon as a row has nothing left. */
class ScheduledStream {
  private readonly sim: GateSimulator;
  private readonly rows: Generator<StreamRow>;
  /** the three rows in hand, and those that come next */
  private hand: (StreamRow | undefined)[] = [undefined, undefined, undefined];
  private readonly coming: StreamRow[] = [];

  constructor(sim: GateSimulator, rows: Generator<StreamRow>) {
    this.sim = sim;
    this.rows = rows;
    reset(sim);
  }

  /** A cycle; returns the rows that it chose from. The choices are on the outputs afterwards. */
  cycle(): readonly (StreamRow | undefined)[] {
    const { sim, coming } = this;
    while (coming.length < 3) coming.push(this.rows.next().value!);
    for (const [i, { bits }] of coming.entries()) sim.set("incoming", bits, i * lanes, lanes);
    const done = sim.number("done");
    const advance = done === 7 ? 3 : (done & 3) === 3 ? 2 : 1;
    sim.set("advance", advance);
    sim.tick();
    const chosenFrom = this.hand;
    this.hand = [...this.hand, ...coming.splice(0, advance)].slice(-3);
    return chosenFrom;
  }
}

function* rowsOf(operands: LayerOperands): Generator<StreamRow> {
  for (const stream of streams(operands)) yield* stream;
}

export function driveTensorDashScheduler(sim: GateSimulator, operands: LayerOperands): MeasuredUse {
  const stream = new ScheduledStream(sim, rowsOf(operands));
  for (let cycle = -20; cycle < cycles; cycle++) {
    if (cycle === 0) sim.take();
    stream.cycle();
  }
  return measuredUse(sim, cycles);
}

/** Lane 5 of a stream, chosen for by a scheduler that is simulated beside it. */
export function driveTensorDashLane(
  sim: GateSimulator,
  operands: LayerOperands,
  valueBits: 8 | 16 | 32,
  scheduler: GateSimulator,
): MeasuredUse {
  const lane = 5;
  const stream = new ScheduledStream(scheduler, rowsOf(operands));
  const format = formatOfWidth[valueBits];
  const codes = { emap: operands.codesOf("emap", format), fmap: operands.codesOf("fmap", format) };
  for (let cycle = -20; cycle < cycles; cycle++) {
    if (cycle === 0) sim.take();
    const rows = stream.cycle();
    sim.set("take", scheduler.number("take", lane, 1));
    sim.set("choice", scheduler.number("choice", 3 * lane, 3));
    for (const [choice, [ahead, aside]] of choices.entries())
      for (const [port, map] of [
        ["scheduled", "emap"],
        ["other", "fmap"],
      ] as const) {
        const at = rows[ahead]?.[map][(lane + aside + lanes) % lanes] ?? -1;
        sim.set(port, at < 0 ? 0 : codes[map][at], choice * valueBits, valueBits);
      }
    sim.tick();
  }
  return measuredUse(sim, cycles);
}
