import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { anyOccupancy } from "../../test/random-layers.ts";
import { sharedTraces } from "../../test/shared-data.ts";
import type { LayerRun } from "../hardware/array-events/array-events.ts";
import { chooseMapping } from "../hardware/mapper/choose-mapping.ts";
import { nearTie } from "../hardware/mapper/mapper.ts";
import { type SwgParameters, swgParameters } from "../hardware/parameters.ts";
import { defaults } from "../parameter.ts";
import { openTrace } from "../trace/file.ts";
import { type Occupancy, occupancy } from "../trace/occupancy.ts";
import { Engine } from "./engine.ts";
import { engineCounts } from "./engine-counts.ts";
import { runMapping, tryMapping } from "./engine-run.ts";

/** The machine with one of its mechanisms switched off. */
const without: Readonly<Record<string, Partial<SwgParameters>>> = {
  "the balance inside columns": { intraColumn: false },
  "the balance between columns": { interColumn: false },
  "skipping unwanted gradients": { gradientSkip: false },
  "skipping the emap's zeros": { vdt: "fmap" },
  "skipping the fmap's zeros": { vdt: "emap" },
};

const engine = new Engine();

/** A layer, under the mapping that is chosen for the machine. */
function runOf(occupied: Occupancy, given: Partial<SwgParameters>): LayerRun {
  const p = { ...defaults(swgParameters), ...given };
  engine.load(occupied);
  const counts = engineCounts(engine, occupied);
  const mapping = chooseMapping(counts, p, (tried, options) => tryMapping(engine, counts, tried, p, options));
  return runMapping(engine, counts, mapping, p);
}

const cyclesOf = (occupied: Occupancy, given: Partial<SwgParameters>): number =>
  runOf(occupied, given).cycles;

/** Cycles of a layer with a mechanism and without it. */
interface Compared {
  readonly on: number;
  readonly off: number;
}
/** Cycles up to which a layer counts as no slower. */
const most = (off: number, share: number): number => off * (1 + share) + 16;
const mayCost = 0.02;
/** One layer in so many may be slower than that, by so much: which job a MAC takes is not planned ahead. */
const layersOfOneSlower = 50;
/** With as many traces as MACs in a PE a MAC that helps another PE may come late to a job of its own: by 4 to 7 % in three of resnet20's 21 layers. */
const ofReal: Readonly<Record<string, number>> = { "the balance inside columns": 7 };
const mayCostOne = 0.07;
/** A layer of a real network, whose mapping is chosen by trials of a part of it; the network as a whole must not be slower. */
const mayCostOneReal = 0.09;
/** One drawn layer in so many may be slower: small ones lose some cycles to the headers that lists have where there is a mask. */
const rare = 1000;
const ofDrawn: Readonly<Record<string, number>> = { "skipping unwanted gradients": 50 };

function total(layers: readonly Compared[]): Compared {
  const sum = (of: (layer: Compared) => number) => layers.reduce((all, layer) => all + of(layer), 0);
  return { on: sum(({ on }) => on), off: sum(({ off }) => off) };
}

describe.skipIf(sharedTraces().length === 0)("does no mechanism make a real layer slower?", () => {
  it.each(sharedTraces().map(({ name, path }) => [name, path]))(
    "%s",
    (_, path) => {
      const trace = openTrace(path);
      const layers = trace.layers.map((layer) => occupancy(trace.read(layer.name)));
      const on = layers.map((layer) => cyclesOf(layer, {}));
      for (const [mechanism, given] of Object.entries(without)) {
        const compared = layers.map((layer, i) => ({ on: on[i], off: cyclesOf(layer, given) }));
        for (const [i, { on, off }] of compared.entries())
          expect(on, `${mechanism}, ${trace.layers[i].name}`).toBeLessThanOrEqual(most(off, mayCostOneReal));
        const slower = compared.filter(({ on, off }) => on > most(off, mayCost));
        expect(slower.length, mechanism).toBeLessThanOrEqual(
          Math.ceil(layers.length / (ofReal[mechanism] ?? layersOfOneSlower)),
        );
        const all = total(compared);
        // so much time the choice of a mapping gives for energy
        expect(all.on, mechanism).toBeLessThanOrEqual(all.off * (1 + nearTie));
      }
    },
    1_200_000,
  );
});

/** How many layers are drawn, and from which seed. */
const drawn = Number(process.env.SWG_LAYERS ?? 300);
const seed = Number(process.env.SWG_SEED ?? 1);

describe("nor layers drawn at random?", () => {
  const layers = fc.sample(anyOccupancy, { numRuns: drawn, seed });
  let runs: LayerRun[] = [];
  beforeAll(() => {
    runs = layers.map((layer) => runOf(layer, {}));
  }, 600_000);

  it.each(Object.entries(without))(
    "%s: few, by little, and all together none",
    (mechanism, given) => {
      const compared = layers.map((layer, i) => ({
        on: runs[i].cycles,
        off: cyclesOf(layer, given),
      }));
      const slower = compared.filter(({ on, off }) => on > most(off, mayCost));
      expect(slower.length).toBeLessThanOrEqual(Math.ceil(drawn / (ofDrawn[mechanism] ?? rare)));
      for (const { on, off } of slower) expect(on).toBeLessThan(most(off, mayCostOne));
      const all = total(compared);
      // so much time the choice of a mapping gives for energy
      expect(all.on).toBeLessThanOrEqual(all.off * (1 + nearTie));
    },
    1_200_000,
  );
});
