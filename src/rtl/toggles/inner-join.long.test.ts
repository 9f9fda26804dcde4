import { expect, it } from "vitest";
import { type Random, seededRandom } from "../../random.ts";
import { YosysThread } from "../toolchain.ts";
import { moduleSource } from "./block-source.ts";
import { gateNetlist } from "./gate-netlist.ts";
import { GateSimulator } from "./gate-simulator.ts";
import { reset } from "./stimuli/stimulus.ts";

const chunkPositions = 128;

/** Places of a chunk, each with a chance of `density`. */
const chunkOf = (random: Random, density: number): number[] =>
  Array.from({ length: chunkPositions }, (_, place) => place).filter(() => random.uniform() < density);

/** An inner join with its buffers, in which a value says its side and how many pairs were ranked before it. */
class InnerJoin {
  readonly found: number[][] = [];
  cycles = 0;
  readonly sim: GateSimulator;

  constructor(sim: GateSimulator) {
    this.sim = sim;
    reset(sim);
  }

  offer(chunks: readonly number[][]): void {
    this.sim.set("chunk_valid", 1);
    for (const [side, places] of chunks.entries())
      for (let place = 0; place < chunkPositions; place++)
        this.sim.set("chunk", places.includes(place) ? 1 : 0, chunkPositions * side + place, 1);
  }

  /** Whether the next chunks were taken. */
  cycle(): boolean {
    const { sim, found } = this;
    const loads = sim.number("chunk_ready") === 1;
    if (sim.number("ranked") === 1) found.push([0, 1].map((side) => sim.number("rank", 7 * side, 7)));
    const values = [0, 1].map((side) => 100 * side + (found.length % 100));
    for (const [side, value] of values.entries()) sim.set("value", value, 8 * side, 8);
    sim.tick();
    this.cycles++;
    if (sim.number("pair") === 1)
      expect([0, 1].map((side) => sim.number("operand", 8 * side, 8))).toEqual(values);
    return loads;
  }
}

it("inner join: every pair of two chunks once, in order, with the ranks of both values, one a cycle", async () => {
  const thread = new YosysThread();
  const { netlist } = await gateNetlist(moduleSource("inner_join", { VALUE_BITS: 8 }), thread);
  await thread.end();
  const join = new InnerJoin(new GateSimulator(netlist));
  const random = seededRandom(12);
  const expected: number[][] = [];
  let least = 0;
  for (let chunk = 0; chunk < 60; chunk++) {
    const sides = [0, 1].map(() => chunkOf(random, random.uniform()));
    const both = sides[0].filter((place) => sides[1].includes(place));
    expected.push(...both.map((place) => sides.map((places) => places.indexOf(place))));
    // chunks are taken while the last pair of those before is found
    if (chunk < 59) least += Math.max(1, both.length);
    join.offer(sides);
    while (!join.cycle());
  }
  expect(join.cycles).toBe(1 + least);
  join.sim.set("chunk_valid", 0);
  for (let i = 0; i < chunkPositions + 2; i++) join.cycle();
  expect(join.found).toEqual(expected);
});
